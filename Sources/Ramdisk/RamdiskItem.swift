// SPDX-License-Identifier: Apache-2.0

/// Something that an element wants in the ramdisk.
package struct RamdiskItem: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// A kernel module by name.
        case module(String)
        /// Files below /lib/firmware; `*` stands for any characters but `/`.
        case firmware(String)
        /// A program by its path or a name in PATH.
        case program(String)
        /// A file, link or folder of the tree.
        case file(String)
        /// A new file with this text.
        case text(path: String, String)
        /// The initramfs of the tree's own dracut, under all else.
        case dracut
        /// A script of the build host that works on the folder of the ramdisk, named by TMP_MOUNT_PATH.
        case script(String)
    }

    /// The element that wants it.
    package var element: String
    package var content: Content

    package init(_ content: Content, element: String) {
        self.element = element
        self.content = content
    }

    /// Where the parts of `init` lie, which run in the order of their names.
    package static let fragmentFolder = "/etc/dibhost/init.d"
    /// Where rules of udev lie.
    package static let rulesFolder = "/etc/udev/rules.d"
    /// The names of the modules that `init` loads first, one a line.
    package static let moduleList = "/etc/dibhost/modules"
}
