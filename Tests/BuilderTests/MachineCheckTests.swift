// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Test
func oneCommandMendsAllThatAMachineLacks() {
    let findings: [MachineCheck.Finding] = [
        .init(name: "bash", state: .ok, detail: "5.2", package: "bash"),
        .init(name: "mke2fs", state: .missing, detail: "not installed", package: "e2fsprogs"),
        .init(name: "e2fsck", state: .missing, detail: "not installed", package: "e2fsprogs"),
        .init(name: "qemu-img", state: .missing, detail: "not installed", package: "qemu-utils"),
        .init(name: "root", state: .missing, detail: "asks", remedy: "become-root"),
        .init(name: "xfs", state: .warning, detail: "not known to the kernel"),
    ]
    #expect(
        MachineCheck.failure(for: findings, isRoot: true)
            == BuildError(
                .environment, "this machine lacks 'mke2fs', 'e2fsck', 'qemu-img', 'root'",
                hint: "Run \"apt-get install --yes e2fsprogs qemu-utils && become-root\"."))
    #expect(MachineCheck.failure(for: Array(findings.prefix(1)), isRoot: true) == nil)
    #expect(MachineCheck.failure(for: Array(findings.suffix(1)), isRoot: false) == nil)
}

@Test
func thisMachineCanBuild() throws {
    let doctor = Command(BuiltProducts.dibhost.string, ["doctor"])
    let lines = try doctor.checkedOutput().split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("ok      mke2fs") && $0.contains("mke2fs 1.") })
    #expect(lines.contains { $0.hasPrefix("ok      mkfs.erofs") && $0.hasSuffix(" 1.5") })
    #expect(lines.contains { $0.hasPrefix("ok      mkfs.vfat") && $0.contains("mkfs.fat 4.") })
    #expect(lines.contains { $0.hasPrefix("ok      namespaces") })
    #expect(!lines.contains { $0.hasPrefix("missing") })
}

@Test
func aScratchFolderThatIsMissingIsFound() throws {
    let findings = MachineCheck(scratchFolder: "/nowhere", path: "", user: "ann").findings()
    let scratch = try #require(findings.first { $0.name == "scratch folder" })
    #expect(scratch.state == .missing)
    #expect(scratch.remedy == "mkdir -p /nowhere")
}

@Test(arguments: [
    ("libffi.so.8", "libffi8"), ("libgcc_s.so.1", "libgcc-s1"), ("libstdc++.so.6", "libstdc++6"),
    ("libglib-2.0.so.0", "libglib-2.0-0"), ("libswiftCore.so", nil),
])
func aLibraryIsNamedWithItsPackage(library: String, package: String?) {
    #expect(MachineCheck.package(of: library) == package)
}
