// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// GRUB's settings: a file beside the distribution's /etc/default/grub, which stays as its package has it, so that
/// update-grub in the running system makes the same menu again.
struct GrubDefaults {
    /// Where the settings are written; grub-mkconfig reads the folder after /etc/default/grub.
    static let path = "/etc/default/grub.d/50-vm.cfg"

    private let parameters: Parameters
    private let place: GrubPlace

    init(_ parameters: Parameters, _ place: GrubPlace) {
        self.parameters = parameters
        self.place = place
    }

    /// Writes the file, and tells grub-pc's scripts that no disk of the build host is to be installed to.
    func write(to target: FinaliseContext) throws {
        try target.makeFolder("/etc/default/grub.d")
        try target.writeFile(Self.path, try text(target.requiredValue(of: .architecture)))
        try target.run(
            "debconf-set-selections", [],
            input: """
                grub-pc grub-pc/install_devices multiselect
                grub-pc grub-pc/install_devices_empty boolean true

                """)
    }

    private func text(_ architecture: String) throws -> String {
        // Empty means the usual port, as an exported but unset variable has it.
        let port = parameters["serial-console"] ?? ""
        let isARM = architecture == "arm64"
        let serial = port.isEmpty ? (isARM ? "ttyAMA0,115200" : "ttyS0,115200") : port
        // GRUB knows the serial ports of a PC; elsewhere the firmware's console is the serial port.
        let grubUsesSerial = parameters.flag("use-serial-console") && !isARM
        let usesSerial = parameters.flag("use-serial-console")
        let consoles = [parameters["virtual-terminal"] ?? "", usesSerial ? serial : ""]
        let arguments =
            consoles.filter { !$0.isEmpty }.map { "console=\($0)" }
            + (parameters.flag("no-timer-check") ? ["no_timer_check"] : [])
        return """
            # For a virtual machine with a serial console.
            GRUB_DEVICE=\(quoted("LABEL=\(place.rootLabel)"))
            GRUB_DISABLE_LINUX_UUID=true
            GRUB_DISABLE_OS_PROBER=true
            GRUB_TIMEOUT=\(try parameters.integer("timeout") ?? 5)
            GRUB_TIMEOUT_STYLE=\(try parameters.text("timeout-style"))
            GRUB_GFXPAYLOAD_LINUX=auto
            GRUB_TERMINAL="\(grubUsesSerial ? "serial console" : "console")"
            GRUB_SERIAL_COMMAND="\(grubUsesSerial ? Self.serialCommand(serial) : "")"
            GRUB_CMDLINE_LINUX_DEFAULT=\(quoted(parameters["command-line"] ?? ""))
            GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX \(arguments.joined(separator: " "))"

            """
    }

    /// GRUB's command for the port that the kernel calls "ttyS0,115200".
    static func serialCommand(_ console: String) -> String {
        let parts = console.split(separator: ",")
        let unit = parts.first?.drop { !$0.isNumber } ?? ""
        let speed = parts.dropFirst().first?.prefix { $0.isNumber } ?? ""
        return "serial --unit=\(unit.isEmpty ? "0" : unit)"
            + " --speed=\(speed.isEmpty ? "115200" : speed) --word=8 --parity=no --stop=1"
    }

    /// The text as one word of the shell.
    private func quoted(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''")
            + "'"
    }
}
