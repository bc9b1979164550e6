// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import RamdiskBaseManifest

/// The ground of every ramdisk: an `init` of our own, in POSIX sh on busybox, that mounts, loads drivers and brings up
/// the network; what comes then is for other elements, such as `deploy`.
struct Ramdisk: Element, RamdiskPhase {
    private static let functions = "/lib/dibhost"
    /// Where dracut's init looks for what it runs between its own steps.
    private static let hooks = "/lib/dracut/hooks"
    /// What udev needs; the ramdisk goes without it where the tree has none.
    private static let udev = ["/lib/systemd/systemd-udevd", "/bin/udevadm"]

    private let parameters: Parameters

    /// Checks nothing: all parameters are lists and switches.
    init(_ parameters: Parameters) throws { self.parameters = parameters }

    /// Adds init, its functions and programs, and the modules that were asked for.
    func ramdisk(_ ramdisk: RamdiskContext) throws {
        if parameters.flag("dracut") {
            try layOnDracut(ramdisk)
        } else {
            try ramdisk.writeFile("/init", String(cString: ramdisk_init()))
            try addSystem(ramdisk)
        }
        try ramdisk.writeFile(
            "\(Self.functions)/ramdisk-functions", String(cString: ramdisk_ramdisk_functions()))
        try ramdisk.writeFile(
            "\(Self.functions)/udhcpc-script", String(cString: ramdisk_udhcpc_script()))
        try ramdisk.addInitFragment("10-start", String(cString: ramdisk_start()))
        try ramdisk.addInitFragment("20-parameters", String(cString: ramdisk_parameters()))
        try ramdisk.addInitFragment("40-network", String(cString: ramdisk_network()))
        for program in ["/bin/busybox", "modprobe"] { try ramdisk.addProgram(program) }
        // init is a script: the kernel looks for its interpreter before busybox has made any link.
        try ramdisk.addFile("/bin/sh")
        for module in ["af_packet"] + parameters.list("modules") { try ramdisk.addModule(module) }
        for program in parameters.list("programs") { try ramdisk.addProgram(program) }
        for pattern in parameters.list("firmware") { try ramdisk.addFirmware(pattern) }
    }

    /// What dracut brings by itself.
    private func addSystem(_ ramdisk: RamdiskContext) throws {
        for file in ["/etc/passwd", "/etc/group", "/etc/os-release"] where try ramdisk.exists(file)
        {
            try ramdisk.addFile(file)
        }
        if parameters.flag("udev") { try addUdev(ramdisk) }
    }

    /// dracut's init starts the machine, udev included, and then ours, dracut.cmdline(7) and dracut.modules(7).
    private func layOnDracut(_ ramdisk: RamdiskContext) throws {
        try ramdisk.layOnDracut()
        try ramdisk.writeFile(
            "\(Self.functions)/init", String(cString: ramdisk_init()))
        try ramdisk.writeFile(
            "\(Self.hooks)/cmdline/99-dibhost.sh", "#!/bin/sh\nroot=dibhost\nrootok=1\n")
        try ramdisk.writeFile(
            "\(Self.hooks)/pre-mount/50-dibhost.sh",
            "#!/bin/sh\n\(Self.functions)/init </dev/console >/dev/console 2>&1\n")
    }

    private func addUdev(_ ramdisk: RamdiskContext) throws {
        guard try ramdisk.exists(Self.udev[0]) else { return }
        for program in Self.udev { try ramdisk.addProgram(program) }
        for rules in ["50-firmware.rules", "80-drivers.rules", "60-persistent-storage.rules"] {
            let path = "/lib/udev/rules.d/\(rules)"
            if try ramdisk.exists(path) { try ramdisk.addFile(path) }
        }
        // Other rules of the tree start programs that the ramdisk does not have.
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Ramdisk.self, host)
}
