# SPDX-License-Identifier: Apache-2.0
export DIB_MOTD_TEXT=${DIB_MOTD_TEXT:-}
export DIB_MOTD_REVISION=${DIB_MOTD_REVISION:-}
