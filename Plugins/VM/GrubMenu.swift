// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The first /boot/grub/grub.cfg.
///
/// grub-mkconfig asks grub-probe for the device below "/", and a tree has none; so the element writes the menu out of
/// the same settings. update-grub in the running system, where there is a device, replaces it.
struct GrubMenu {
    private let place: GrubPlace

    init(_ place: GrubPlace) {
        self.place = place
    }

    /// Writes the menu with an entry, newest kernel first, for each kernel in /boot.
    func write(to target: FinaliseContext) throws {
        let versions = try target.output(
            of: "sort", ["-rV"], input: try kernels(in: target).map { $0 + "\n" }.joined())
        let names = versions.split(separator: "\n").map(String.init)
        guard !names.isEmpty else {
            throw ElementError(
                "the target tree has no kernel in '/boot'",
                hint: "Use an operating-system element that installs one, such as debian.")
        }
        let settings = try target.output(of: "/bin/sh", ["-c", Self.settingsScript])
        try target.makeFolder("/boot/grub")
        try target.writeFile("/boot/grub/grub.cfg", try text(names, settings: settings, target))
        try target.run("grub-script-check", ["/boot/grub/grub.cfg"])
        try target.run("grub-editenv", ["/boot/grub/grubenv", "create"])
    }

    private func kernels(in target: FinaliseContext) throws -> [String] {
        let prefix = "vmlinuz-"
        return try target.list("/boot").filter { $0.hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    /// Prints what grub-mkconfig would use: kernel arguments, timeout, its style, terminals, serial command and title.
    private static let settingsScript = """
        set -e
        for file in /etc/default/grub /etc/default/grub.d/*.cfg; do
            if [ -e "$file" ]; then . "$file"; fi
        done
        printf '%s\\n' "$(echo $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT)" "$GRUB_TIMEOUT" \
            "$GRUB_TIMEOUT_STYLE" "$GRUB_TERMINAL" "$GRUB_SERIAL_COMMAND" "$GRUB_DISTRIBUTOR"
        """

    private func text(
        _ versions: [String], settings: String, _ target: FinaliseContext
    ) throws -> String {
        let fields = settings.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        guard fields.count >= 6 else { throw ElementError("cannot read GRUB's settings") }
        let serial = fields[4].isEmpty ? "" : fields[4] + "\n"
        let entries = try versions.map { version in
            try entry(version, arguments: fields[0], distributor: fields[5], target)
        }
        return """
            # The menu of a fresh image; update-grub replaces it.
            load_env
            \(serial)terminal_input \(fields[3])
            terminal_output \(fields[3])
            set default=0
            set timeout_style=\(fields[2])
            set timeout=\(fields[1])
            insmod gzio
            insmod part_msdos
            insmod part_gpt
            insmod \(place.module)\(place.volumeModule.map { "\ninsmod \($0)" } ?? "")
            search --no-floppy --label --set=root \(place.label)

            \(entries.joined(separator: "\n"))
            """
    }

    private func entry(
        _ version: String, arguments: String, distributor: String, _ target: FinaliseContext
    ) throws -> String {
        let name =
            (distributor.isEmpty ? "" : distributor + " ") + "GNU/Linux, with Linux \(version)"
        let initramfs = "initrd.img-\(version)"
        let hasInitramfs = try target.exists("/boot/\(initramfs)")
        let initrd = hasInitramfs ? "    initrd \(place.boot)/\(initramfs)\n" : ""
        return """
            menuentry '\(name)' --class gnu-linux --class os {
                linux \(place.boot)/vmlinuz-\(version) root=LABEL=\(place.rootLabel) ro \(arguments)
            \(initrd)}

            """
    }
}
