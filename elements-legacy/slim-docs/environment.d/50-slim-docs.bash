# SPDX-License-Identifier: Apache-2.0
export DIB_SLIM_KEEP_LOCALES=${DIB_SLIM_KEEP_LOCALES:-}
