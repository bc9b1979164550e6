// SPDX-License-Identifier: Apache-2.0

import Planning
import Testing

private func steps(
    _ elements: [ElementDescription], formats: [OutputFormat] = [.qcow2]
) throws -> [PlannedStep] {
    var request = Sample.request()
    request.elements = elements.map(\.name)
    request.formats = formats
    return try Sample.plan(request, elements).steps
}

@Test
private func nativeBuildsWriteTheFileSystemOnceAndNeverMountIt() throws {
    let disk = Sample.native(
        "vm", provides: ["block-device", "bootloader"], phases: [.finalise, .install])
    #expect(
        try steps([Sample.system, disk], formats: [.qcow2, .raw, .tar]).map(\.name) == [
            "make workspace", "50-os", "check root file system", "open chroot", "50-vm",
            "close chroot", "open chroot", "50-vm", "close chroot", "clean tree",
            "write build record", "audit tree", "measure tree", "write file system",
            "write partition table",
            "convert to qcow2", "sha256 of qcow2", "sha256 of raw", "write tar", "sha256 of tar",
            "sync outputs", "rename outputs",
        ])
}

@Test
private func aScriptThatFinishesTheImageNeedsItMounted() throws {
    let script = Sample.legacy("late", phases: [.finalise])
    let names = try steps([Sample.system, script]).map(\.name)
    #expect(
        names.suffix(12) == [
            "mount image", "open chroot", "50-late", "close chroot", "clean tree",
            "write build record", "audit tree", "trim and unmount image", "convert to qcow2",
            "sha256 of qcow2",
            "sync outputs", "rename outputs",
        ])
    #expect(names.contains("assemble hooks"))
    #expect(
        try !steps([Sample.system, script], formats: [.tar]).map(\.name).contains("mount image"))
}

@Test
private func aMountedDiskHasItsTableBeforeAndItsBootLoaderAfter() throws {
    let disk = Sample.native("vm", provides: ["block-device", "bootloader"], phases: [.finalise])
    let script = Sample.legacy("late", phases: [.finalise])
    let names = try steps([Sample.system, disk, script], formats: [.raw, .tar]).map(\.name)
    #expect(
        names.suffix(18) == [
            "measure tree", "write file system", "write partition table", "mount image",
            "open chroot", "50-late", "50-vm", "close chroot", "clean tree",
            "write build record", "audit tree", "write tar", "sha256 of tar",
            "trim and unmount image",
            "write boot loader", "sha256 of raw", "sync outputs", "rename outputs",
        ])
}

@Test
private func aBootLoaderOfAScriptIsLeftToIt() throws {
    let disk = Sample.legacy("disk", provides: ["block-device", "bootloader"], phases: [.finalise])
    let request = Sample.request("os", "disk")
    let plan = try Sample.plan(request, [Sample.system, disk])
    #expect(plan.layout.table == .mbr)
    #expect(!plan.layout.installsBootLoader)
    let names = plan.steps.map(\.name)
    #expect(names.contains("write partition table"))
    #expect(!names.contains("write boot loader"))
}

@Test
private func hooksOfBothKindsAreMixedByNumberAndName() throws {
    var low = Sample.legacy("zz", phases: [.install])
    low.hooks[0].sortName = "9-zz"
    let elements = [
        Sample.system, Sample.native("b", phases: [.install]),
        Sample.legacy("a", phases: [.install]), low,
    ]
    let hooks = try steps(elements).filter { $0.phase == .install }
    #expect(hooks.map(\.name) == ["9-zz", "50-a", "50-b"])
    #expect(hooks.map(\.kind) == [.legacy, .legacy, .native])
    #expect(hooks.map(\.isInChroot) == [true, true, true])
}

@Test
private func phasesAfterTheFirstScriptMayGrow() throws {
    let elements = [
        Sample.system, Sample.legacy("a", phases: [.extraData]),
        Sample.native("b", phases: [.extraData, .install]),
    ]
    let growing = try steps(elements).filter(\.mayGrow)
    #expect(growing.map(\.phase) == [.install])
}
