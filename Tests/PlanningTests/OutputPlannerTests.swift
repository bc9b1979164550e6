// SPDX-License-Identifier: Apache-2.0

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
    let outputs = try Sample.plan(request, [Sample.system]).outputs
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
