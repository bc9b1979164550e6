// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem

/// A boot in which something goes wrong on purpose.
struct FaultyBoot {
    private let verification: Verification
    private let fault: VerifyOptions.Fault

    init(_ verification: Verification, _ fault: VerifyOptions.Fault) {
        self.verification = verification
        self.fault = fault
    }

    func run() throws -> VerifyReport.Boot {
        switch fault {
        case .noMetadata: try withoutMetadata()
        case .slowMetadata: try withSlowService()
        case .fullDisk: try withFullDisk()
        case .diskBus: try onAnotherBus()
        }
    }

    private var name: String { "fault \(fault.rawValue)" }

    private func machine() throws -> Verification.Machine {
        verification.firstMachine(try verification.overlay(fault.rawValue), fault.rawValue)
    }

    /// Nobody can log in, but the machine comes up, and does not hang at its first boot.
    private func withoutMetadata() throws -> VerifyReport.Boot {
        var machine = try machine()
        machine.hasMetadata = false
        var boot = VerifyReport.Boot(name)
        try verification.withMachine(machine, &boot) { shell, virtual, boot in
            let answers = try verification.wait(for: virtual) { try shell.methods() != nil }
            let time = (ContinuousClock.now - virtual.start).components.seconds
            boot.seconds = answers ? Double(time) : nil
            boot.check("sshd answers without metadata", answers, "after \(time) s")
            guard answers else { return }
            try verification.checkPasswords(shell, &boot)
            let login = try shell.run("true", key: machine.key, deadline: .seconds(60))
            boot.check("nobody may log in", !login.status.isSuccess, "\(login.status)")
        }
        return boot
    }

    private func withSlowService() throws -> VerifyReport.Boot {
        var machine = try machine()
        machine.parts.delay = 3
        return try verification.boot(name, machine) { _, _, _ in }.0
    }

    private func onAnotherBus() throws -> VerifyReport.Boot {
        var machine = try machine()
        machine.parts.bus = machine.parts.bus == .sata ? .virtio : .sata
        return try verification.boot(name, machine) { _, _, _ in }.0
    }

    /// The root file system is filled in a first boot, and the machine is started anew.
    private func withFullDisk() throws -> VerifyReport.Boot {
        let machine = try machine()
        let first = try verification.boot(name, machine) { shell, _, boot in
            let fill =
                "sudo -n sh -c 'head -c 100000000000 /dev/zero >/full 2>/dev/null; head -c 1000000 /dev/zero >>/full2 2>/dev/null; df --output=avail / | tail -n 1'"
            let answer = try shell.run(fill, key: machine.key, deadline: .seconds(600))
            let left = Int(answer.output.filter(\.isNumber)) ?? -1
            boot.check("the root file system is full", left == 0, "\(left) KiB are left")
        }.0
        guard first.checks.allSatisfy(\.hasPassed) else { return first }
        var boot = VerifyReport.Boot(name)
        try verification.withMachine(machine, &boot) { shell, virtual, boot in
            guard try verification.logIn(machine, shell, virtual, &boot) else { return }
            try verification.checkPasswords(shell, &boot)
        }
        return boot
    }
}
