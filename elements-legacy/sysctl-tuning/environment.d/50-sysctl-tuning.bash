# SPDX-License-Identifier: Apache-2.0
export DIB_SYSCTL=${DIB_SYSCTL:-vm.swappiness=10}
export DIB_MODULES_LOAD=${DIB_MODULES_LOAD:-}
