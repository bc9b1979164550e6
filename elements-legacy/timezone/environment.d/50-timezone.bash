# SPDX-License-Identifier: Apache-2.0
export DIB_TIMEZONE=${DIB_TIMEZONE:-Etc/UTC}
