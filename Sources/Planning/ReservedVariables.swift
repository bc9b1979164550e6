// SPDX-License-Identifier: Apache-2.0

/// Environment variables that dibhost sets for hooks itself, so that no parameter can be read from them.
package enum ReservedVariables {
    package static let names: Set<String> = [
        "ARCH", "COMPRESS_IMAGE", "DIB_ARGS", "DIB_BOOT_LABEL", "DIB_CHECKSUM", "DIB_DEBUG_TRACE",
        "DIB_ENV",
        "DIB_IMAGE_CACHE", "DIB_IMAGE_EXTRA_SIZE", "DIB_IMAGE_SIZE", "DIB_JOURNAL_SIZE",
        "DIB_LOCKFILES", "DIB_MIN_TMPFS", "DIB_MOUNTPOINTS", "DIB_NO_TMPFS", "DIB_OFFLINE",
        "DIB_PYTHON_EXEC", "DIB_ROOT_FSTYPE", "DIB_ROOT_LABEL", "ELEMENTS_PATH", "EXTRA_DETACH",
        "EXTRA_UNMOUNT", "FS_TYPE", "HOME",
        "IMAGE_ELEMENT", "IMAGE_ELEMENT_YAML", "IMAGE_NAME", "IMAGE_TYPE", "LC_ALL", "LOGNAME",
        "MAX_ONLINE_RESIZE", "OUT_IMAGE_PATH", "PATH", "RAMDISK_ELEMENT", "SHELL", "SKIP_BASE",
        "SUDO_GID", "SUDO_UID", "SUDO_USER", "TARGET_ROOT", "TERM", "TMP_BUILD_DIR",
        "TMP_HOOKS_PATH", "TMP_IMAGE_DIR", "TMP_IMAGE_PATH", "TMP_MOUNT_PATH", "USER",
        "_BASE_ELEMENT_DIR", "_LIB",
    ]
}
