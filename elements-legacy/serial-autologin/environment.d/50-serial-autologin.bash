# SPDX-License-Identifier: Apache-2.0
if [ -z "${DIB_SERIAL_CONSOLES:-}" ]; then
    case "$ARCH" in
        arm64 | aarch64) DIB_SERIAL_CONSOLES=ttyAMA0 ;;
        *) DIB_SERIAL_CONSOLES=ttyS0 ;;
    esac
fi
export DIB_SERIAL_CONSOLES
