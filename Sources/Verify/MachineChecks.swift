// SPDX-License-Identifier: Apache-2.0

/// What every boot has to show: the name and the address that it was given, a root file system as large as its disk, no
/// unit that failed.
struct MachineChecks {
    /// What tables, a boot partition and the file system itself may take of the disk.
    private static let leastShare = 0.85

    private let facts: MachineFacts
    private let machine: Verification.Machine
    private let image: Int64
    private let growth: Int64

    /// The disk has `image` bytes of the image and `growth` bytes behind them.
    init(_ facts: MachineFacts, _ machine: Verification.Machine, image: Int64, growth: Int64) {
        self.facts = facts
        self.machine = machine
        self.image = image
        self.growth = growth
    }

    func add(to boot: inout VerifyReport.Boot) {
        let name = facts.first("hostname")
        let wanted = machine.metadata.hostname ?? ""
        boot.check(
            "its name is '\(wanted)'", name == wanted || wanted.hasPrefix(name + "."),
            "it is '\(name)'")
        let addresses = facts.all("address")
        let address = machine.parts.address
        boot.check(
            "it has the address \(address)", addresses.contains(address),
            "it has: \(addresses.joined(separator: ", "))")
        let root = Int64(facts.first("root-size")) ?? 0
        let disk = image + growth
        boot.check(
            "the root file system has grown to its disk",
            // The share alone would let a large image pass that did not grow.
            Double(root) >= Self.leastShare * Double(disk) && (growth == 0 || root > image),
            "\(root >> 20) of \(disk >> 20) MiB")
        let failed = facts.all("failed")
        boot.check("no unit has failed", failed.isEmpty, failed.joined(separator: ", "))
    }
}
