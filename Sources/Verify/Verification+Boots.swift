// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// The boots of a verification, and what is looked at in each.
extension Verification {
    /// What is looked at in a running machine beside the checks of every boot.
    typealias Look = (SecureShell, MachineFacts, inout VerifyReport.Boot) throws -> Void

    func firstBoot(of disk: FilePath) throws -> (VerifyReport.Boot, MachineFacts?) {
        let machine = firstMachine(disk, "first")
        return try boot("first boot", machine) { shell, _, boot in
            for command in options.commands {
                let answer = try shell.runPatiently(
                    command, key: machine.key, deadline: options.deadline)
                let last = answer.output.split(separator: "\n").last.map { ": \($0)" } ?? ""
                boot.check(
                    "'\(command)' succeeds", answer.status.isSuccess, "\(answer.status)\(last)")
            }
        }
    }

    func secondBoot(of disk: FilePath, after first: MachineFacts) throws -> VerifyReport.Boot {
        try boot("second boot", secondMachine(disk)) { shell, facts, boot in
            _ = try shell.runPatiently("true", key: newKey.file)
            let old = try shell.run("true", key: oldKey.file, deadline: .seconds(60))
            boot.check(
                "the key of the first boot is refused", !old.status.isSuccess, "\(old.status)")
            for (name, what) in [
                ("host-key", "the SSH host keys are those"),
                ("machine-id", "the machine-id is that"),
            ] {
                let (before, now) = (first.all(name), facts.all(name))
                boot.check(
                    "\(what) of the first boot", before == now && !before.isEmpty,
                    "the first had \(before.count), this one \(now.count)")
            }
        }.0
    }

    /// A second machine from the same image, which must have nothing of the first one's.
    func clone(of first: MachineFacts) throws -> VerifyReport.Boot {
        var machine = firstMachine(try overlay("clone"), "clone")
        machine.parts = parts(machine.parts.disk, address: 15, number: 2)
        machine.metadata.instanceID = Self.instance(2)
        return try boot("clone", machine) { _, facts, boot in
            for (name, what) in [
                ("host-key", "other SSH host keys"), ("machine-id", "another machine-id"),
                ("random-seed", "another random seed"),
            ] {
                let one = Set(first.all(name))
                let other = Set(facts.all(name))
                boot.check(
                    "it has \(what) than the first machine",
                    !one.isEmpty && !other.isEmpty && one.isDisjoint(with: other),
                    "the first has \(one.count), this one \(other.count)")
            }
        }.0
    }

    /// One boot, from power on to power off, with the checks of every boot.
    ///
    /// - Returns: What the machine said of itself; nil when nobody could log in.
    func boot(
        _ name: String, _ machine: Machine, _ look: Look
    ) throws -> (VerifyReport.Boot, MachineFacts?) {
        var boot = VerifyReport.Boot(name)
        var found: MachineFacts?
        try withMachine(machine, &boot) { shell, virtual, boot in
            guard try logIn(machine, shell, virtual, &boot) else { return }
            let answer = try shell.runPatiently(
                MachineFacts.script, key: machine.key, deadline: options.deadline)
            boot.check(
                "\(options.user) becomes root with sudo", answer.status.isSuccess,
                answer.errorLines.last ?? "")
            let facts = MachineFacts(answer.output)
            found = facts
            boot.stages = facts.stages
            MachineChecks(
                facts, machine, image: image.virtualSize, growth: options.growth.bytes
            ).add(to: &boot)
            try checkPasswords(shell, &boot)
            try look(shell, facts, &boot)
            _ = try shell.run("sudo -n systemctl poweroff", key: machine.key)
            boot.check("the machine switches itself off", virtual.waitForEnd(.seconds(180)), "")
        }
        return (boot, found)
    }

    /// Switches a machine on, hands it to `body`, and takes its power away.
    func withMachine(
        _ machine: Machine, _ boot: inout VerifyReport.Boot,
        _ body: (SecureShell, VirtualMachine, inout VerifyReport.Boot) throws -> Void
    ) throws {
        let folder = options.folder.appending(machine.name)
        try Command("mkdir", ["-p", "--", folder.string]).checkedOutput()
        let parts = try withMetadata(machine, folder)
        let virtual = try VirtualMachine(parts, options, folder: folder)
        defer { virtual.cutOff() }
        let shell = SecureShell(
            user: options.user, port: virtual.port, interrupt: options.interrupt)
        try body(shell, virtual, &boot)
        if boot.checks.contains(where: { !$0.hasPassed }) { boot.console = virtual.lastLines }
    }

    /// The parts of a machine with the drive, or the service's answers, that its metadata need.
    private func withMetadata(
        _ machine: Machine, _ folder: FilePath
    ) throws -> VirtualMachine.Parts {
        var parts = machine.parts
        guard machine.hasMetadata else { return parts }
        let files = try MetadataFiles(
            options.kind, machine.metadata, adapter: VirtualMachine.adapter)
        guard options.kind.isDrive else {
            let answers = folder.appending("answers")
            try files.write(to: answers)
            parts.answers = answers
            return parts
        }
        let drive = folder.appending("metadata.img")
        try MetadataDrive.make(
            files, label: options.kind.label, image: drive, scratch: folder.appending("metadata"),
            limits: .init(interrupt: options.interrupt))
        parts.drive = drive
        return parts
    }

    /// Waits until the machine's key lets somebody in, and notes how long that took.
    func logIn(
        _ machine: Machine, _ shell: SecureShell, _ virtual: VirtualMachine,
        _ boot: inout VerifyReport.Boot
    ) throws -> Bool {
        let name = "\(options.user) logs in with the metadata's key"
        let isIn = try wait(for: virtual) {
            try shell.run("true", key: machine.key, deadline: .seconds(60)).status.isSuccess
        }
        guard isIn else {
            let reason =
                virtual.hasEnded
                ? "the machine went off by itself"
                : "not within \(options.deadline.components.seconds) s"
            boot.check(name, false, reason)
            return false
        }
        let time = (ContinuousClock.now - virtual.start).components.seconds
        boot.seconds = Double(time)
        boot.check(name, true, "after \(time) s")
        return true
    }

    /// Asks again and again until `condition` holds, the machine is off, or its time is over.
    ///
    /// Nothing tells from outside that sshd has begun to listen: QEMU takes every connection.
    func wait(for virtual: VirtualMachine, _ condition: () throws -> Bool) throws -> Bool {
        while !virtual.hasEnded, ContinuousClock.now - virtual.start < options.deadline {
            if try condition() { return true }
            try Command("sleep", ["1"]).checkedOutput(limits: .init(interrupt: options.interrupt))
        }
        return false
    }

    func checkPasswords(_ shell: SecureShell, _ boot: inout VerifyReport.Boot) throws {
        var methods = try shell.methods()
        for _ in 1...30 where methods == nil {
            try Command("sleep", ["2"]).checkedOutput(limits: .init(interrupt: options.interrupt))
            methods = try shell.methods()
        }
        boot.check(
            "nobody is asked for a password", methods == ["publickey"],
            "sshd offers: \((methods ?? []).joined(separator: ", "))")
    }
}
