// SPDX-License-Identifier: Apache-2.0

internal import CElement

/// What a hook of the ramdisk phase can do: say what the ramdisk holds.
///
///     func ramdisk(_ ramdisk: RamdiskContext) throws {
///         try ramdisk.addModule("megaraid_sas")
///         try ramdisk.addProgram("storcli")
///         try ramdisk.addInitFragment("50-raid", "storcli /c0 add vd r1 drives=all\n")
///     }
///
/// Names are of the target tree: dibhost takes what is named, and all that it needs, out of the tree when it makes the
/// ramdisk, and fails the build with the element's name for what is not there.
public struct RamdiskContext: HostContext {
    /// The connection to the host.
    public let services: HostServices

    /// Adds a kernel module with the modules that it needs and the firmware that is there for them; `init` loads it.
    public func addModule(_ name: String) throws { try add(DIB_RAMDISK_MODULE, name) }

    /// Adds files of firmware: a path below /lib/firmware in which `*` stands for any characters but `/`.
    public func addFirmware(_ pattern: String) throws { try add(DIB_RAMDISK_FIRMWARE, pattern) }

    /// Adds a program, by its path or a name in PATH, with its shared libraries.
    public func addProgram(_ name: String) throws { try add(DIB_RAMDISK_PROGRAM, name) }

    /// Adds a file or folder of the tree with all that is in it.
    public func addFile(_ path: String) throws { try add(DIB_RAMDISK_FILE, path) }

    /// Adds a new file with this text, mode 0644, or 0755 when it begins with `#!`.
    public func writeFile(_ path: String, _ text: String) throws {
        try add(DIB_RAMDISK_FILE, path, text)
    }

    /// Adds a part of `init`, in POSIX sh; the parts run in the order of their names, such as "80-deploy".
    public func addInitFragment(_ name: String, _ text: String) throws {
        try add(DIB_RAMDISK_INIT_FRAGMENT, name, text)
    }

    /// Adds rules for udev under a file name such as "81-cards.rules".
    public func addUdevRules(_ name: String, _ text: String) throws {
        try add(DIB_RAMDISK_UDEV_RULES, name, text)
    }

    /// Lays the ramdisk on the initramfs that the tree's own dracut makes, whose /init stays in charge when nobody adds
    /// another one.
    public func layOnDracut() throws { try add(DIB_RAMDISK_BASE, "dracut") }

    private func add(_ item: dib_ramdisk_item, _ name: String, _ text: String? = nil) throws {
        guard let add = services.addToRamdisk else { throw services.missing("add_to_ramdisk") }
        let error =
            text.map { add(services.state, item.rawValue, name, $0) }
            ?? add(services.state, item.rawValue, name, nil)
        guard error == 0 else {
            throw ElementError("cannot add '\(name)' to the ramdisk: \(systemText(error))")
        }
    }
}
