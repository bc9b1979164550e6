// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

@Test(arguments: [
    (nil, "out/Debian 12_cloud", "debian-12-cloud:latest"), (nil, "out/--", "image:latest"),
    ("example/debian", "a", "example/debian:latest"),
    ("local:5000/os", "a", "local:5000/os:latest"),
    ("example/debian:12", "a", "example/debian:12"),
])
private func aContainerIsCalledAsAskedForOrAsTheOutputs(
    target: String?, imageName: String, reference: String
) throws {
    var request = Sample.request("os")
    request.imageName = imageName
    request.dockerTarget = target
    #expect(request.containerReference == reference)
    try request.checkDockerTarget()
}

@Test
private func allFormatsOfOneNameHaveFilesOfTheirOwn() throws {
    var request = Sample.request("os")
    request.formats = OutputFormat.images
    request.writesBlockMap = true
    request.writesManifest = true
    request.writesBillOfMaterials = true
    request.ramdisk = RamdiskRequest(element: "rd", isAlone: false)
    let outputs = try Sample.plan(
        request, [Sample.system, Sample.native("rd", phases: [.ramdisk])]
    ).outputs
    #expect(
        outputs.map(\.format).sorted { $0.rawValue < $1.rawValue }
            == OutputFormat.allCases.sorted { $0.rawValue < $1.rawValue })
    #expect(Set(outputs.map(\.path)).count == outputs.count)
    // The manifest names all others.
    #expect(outputs.last?.format == .manifest)
}

@Test(arguments: OutputFormat.images)
private func theEndingOfASingleFormatIsNotDoubled(format: OutputFormat) throws {
    var request = Sample.request("os")
    request.formats = [format]
    request.imageName = "out/a.\(format.fileExtension)"
    let outputs = try Sample.plan(request, [Sample.system]).outputs
    #expect(outputs.map(\.path) == ["out/a.\(format.fileExtension)"])
}

/// Two more disks, one of them with a folder of its own.
private let threeDisks = """
    - local_loop: {name: image0, directory: /else, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
    - local_loop: {name: data, mkfs: {type: ext4}}
    - local_loop: {name: logs, directory: /srv/disks, mkfs: {type: ext4}}
    """

private func planOfThreeDisks(_ change: (inout BuildRequest) -> Void) throws -> BuildPlan {
    var request = Sample.request("os")
    request.imageName = "out/a"
    request.diskConfiguration = YAMLSource(kind: "disk layout", name: "d", text: threeDisks)
    change(&request)
    return try Sample.plan(request, [Sample.system])
}

@Test
private func eachDiskHasItsImageInEachFormatOfDisks() throws {
    let plan = try planOfThreeDisks {
        $0.formats = [.qcow2, .tar, .raw]
        $0.writesBlockMap = true
    }
    #expect(
        plan.outputs.map(\.path) == [
            "out/a.qcow2", "out/a-data.qcow2", "/srv/disks/logs.qcow2", "out/a.tar", "out/a.raw",
            "out/a-data.raw", "/srv/disks/logs.raw", "out/a.bmap", "out/a-data.bmap",
            "/srv/disks/logs.bmap",
        ])
    #expect(plan.outputs.map(\.disk).prefix(4) == [nil, "data", "logs", nil])
    #expect(plan.steps.map(\.name).contains("convert to qcow2 of data"))
    #expect(plan.steps.map(\.name).contains("sha256 of raw of logs"))
    #expect(
        plan.warnings == [
            "the directory '/else' of disk 'image0' is passed over: the first disk gets the name"
                + " that -o gives"
        ])
}

@Test
private func theEndingOfASingleFormatIsOneOfTheFirstDiskOnly() throws {
    let plan = try planOfThreeDisks {
        $0.formats = [.raw]
        $0.imageName = "b.raw"
    }
    #expect(plan.outputs.map(\.path) == ["b.raw", "b-data.raw", "/srv/disks/logs.raw"])
}

@Test
private func twoOutputsOfOneNameAreRefused() throws {
    let error = #expect(throws: BuildError.self) {
        try planOfThreeDisks {
            $0.formats = [.raw]
            $0.imageName = "/srv/disks/logs"
        }
    }
    #expect(error?.message == "two outputs would be called '/srv/disks/logs.raw'")
    #expect(error?.hint == "Give another name with -o, or the disk another name or directory.")
}

@Test(arguments: [
    ([OutputFormat.qcow2], "out/a.qcow2", "out/a"), ([.qcow2], "a.qcow2.qcow2", "a.qcow2"),
    ([.qcow2, .qcow2], "a.qcow2", "a"), ([.qcow2, .raw], "a.qcow2", "a.qcow2"),
    ([.raw], "a.qcow2", "a.qcow2"), ([.squashfs], "a.squashfs", "a"),
    ([.squashfs], "a.squash", "a"),
    ([.tgz], "a.b/c", "a.b/c"), ([.raw], "a.raw.b", "a.raw.b"),
])
private func hooksGetTheNameWithoutTheEndingOfASingleFormat(
    formats: [OutputFormat], name: String, bare: String
) throws {
    var request = Sample.request("os")
    request.formats = formats
    request.imageName = name
    let plan = try Sample.plan(request, [Sample.system])
    #expect(plan.request.imageName == bare)
    #expect(plan.outputs.first?.path == "\(bare).\(formats[0].fileExtension)")
}

@Test
private func anElementCanAskForNoImageAndArchivesAreWrittenAllTheSame() throws {
    var request = Sample.request("os", "my-no-final-image")
    request.formats = [.qcow2, .tar, .raw, .squashfs]
    let elements = [Sample.system, Sample.legacy("my-no-final-image")]
    let plan = try Sample.plan(request, elements)
    #expect(plan.outputs.map(\.path) == ["image.tar", "image.squash"])
    request.formats = [.qcow2]
    let none = try Sample.plan(request, elements)
    #expect(none.outputs.isEmpty)
    #expect(!none.steps.map(\.name).contains("write file system"))
}

@Test
private func aRamdiskHasItsElementFirstAndNoImage() throws {
    var request = Sample.request("os")
    request.ramdisk = RamdiskRequest(element: "ramdisk", isAlone: true)
    request.imageName = "out/deploy.qcow2"
    let plan = try Sample.plan(request, [Sample.system, Sample.legacy("ramdisk")])
    #expect(
        plan.elements.map { "\($0.description.name): \($0.reason)" } == [
            "ramdisk: makes the ramdisk", "os: requested",
        ])
    #expect(plan.outputs.isEmpty)
    #expect(plan.request.imageName == "out/deploy")
}

@Test
private func aContainerThatIsLoadedHasAStepForIt() throws {
    var request = Sample.request("os")
    request.formats = [.docker]
    request.dockerTarget = "example/debian"
    #expect(
        try Sample.plan(request, [Sample.system]).steps.map(\.name).suffix(5) == [
            "write docker", "sha256 of docker", "sync outputs", "rename outputs",
            "load into the container engine",
        ])
}

/// What a request for a ramdisk makes of a plan: the outputs, and whether hooks of phase ramdisk run.
@Test(
    arguments: [
        (nil, false, "qcow2", false), (nil, true, "qcow2", false),
        (RamdiskRequest(element: "rd", isAlone: false), true, "qcow2 kernel initramfs", true),
        (RamdiskRequest(element: "rd", isAlone: true), true, "kernel initramfs", true),
        (RamdiskRequest(element: "old", isAlone: true), false, "", false),
    ] as [(RamdiskRequest?, Bool, String, Bool)])
private func aRamdiskIsMadeWhenItIsAskedFor(
    ramdisk: RamdiskRequest?, isNamed: Bool, formats: String, hasHook: Bool
) throws {
    let elements = [
        Sample.system, Sample.native("rd", phases: [.ramdisk]),
        Sample.legacy("old", phases: [.install]),
    ]
    let request = Sample.request("os") {
        $0.ramdisk = ramdisk
        if isNamed { $0.elements.append("rd") }
    }
    let plan = try Sample.plan(request, elements)
    #expect(plan.outputs.map(\.format.rawValue).joined(separator: " ") == formats)
    #expect(plan.steps.contains { $0.phase == .ramdisk } == hasHook)
}
