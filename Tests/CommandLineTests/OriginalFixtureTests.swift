// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The operating system that the original's own tests build, which is a few empty folders and 42 MiB of zeroes.
struct OriginalFixtureTests {
    /// The original ends this build with an error, as the tree has neither /var/log nor /root.
    @Test func fakeOSIsBuiltInEveryFormat() throws {
        try TemporaryFolder.with("fake-os") { folder in
            let original = try OriginalBuild(in: folder)
            let formats = OutputFormat.images
            let run = try original.run(
                "disk-image-create",
                "-n -o fake -t \(formats.map(\.rawValue).joined(separator: ","))",
                "fake-os", environment: ["ELEMENTS_PATH": OriginalElements.testElements.string])
            #expect(run.status == .exited(0), "\(run.errorLines)")
            for format in formats {
                let file = folder.appending("fake.\(format.fileExtension)")
                let found = try Command("find", [file.string, "-size", "+0"]).capture()
                #expect(found.output == "\(file)\n", "\(format)")
            }
            let raw = folder.appending("fake.raw").string
            let inode = try Command("debugfs", ["-R", "stat /fake-data", raw]).checkedOutput()
            #expect(inode.contains("Size: \(42 << 20)"))
            let names = try Command("tar", ["-tf", folder.appending("fake.tar").string])
                .checkedOutput().split(separator: "\n")
            #expect(names.contains("./fake-os") || names.contains("fake-os"), "\(names)")
        }
    }

    // MARK: Its files

    /// The files of a name in all elements.
    private static func files(_ name: String) throws -> [(element: String, text: String)] {
        try FolderListing.entries(of: OriginalElements.elements).filter { $0.kind == .folder }
            .map(\.name).sorted().compactMap { element in
                let folder = OriginalElements.elements.appending(element)
                guard try FolderListing.entries(of: folder).contains(where: { $0.name == name })
                else { return nil }
                return (element, try TextFile.read(folder.appending(name)))
            }
    }

    @Test func itsListsOfPackagesCanBeRead() throws {
        let files = try Self.files("package-installs.yaml")
        #expect(files.count > 50)
        for (element, text) in files {
            let list = try PackageList(text, path: "package-installs.yaml", element: element)
            #expect(!list.requests.isEmpty, "\(element)")
        }
    }

    /// The program in the image, by two programs that are called awk, and dibhost itself say the same.
    @Test(arguments: ["mawk", "busybox"])
    func itsMapsMeanTheSameToTheProgramInTheImage(awk: String) throws {
        try TemporaryFolder.with("maps") { folder in
            let program = awk == "busybox" ? "busybox awk" : awk
            try TextFile.writeScript(
                "#!/bin/sh\nexec \(program) \"$@\"\n", to: folder.appending("awk"))
            let script = BuiltProducts.repository.appending("Plugins/PkgMap/pkg-map").string
            let files = try Self.files("pkg-map")
            #expect(files.count > 30)
            for (element, text) in files {
                let map = try PackageMap(text, path: "pkg-map", element: element)
                let file = folder.appending("map")
                try TextFile.write(text, to: file)
                let names = text.matches(of: /"([^"]+)"\s*:/).map { String($0.1) } + ["unknown"]
                for (distribution, release) in [("debian", "bookworm"), ("centos", "8-stream")] {
                    let options = ["--pkg-map", file.string, "--missing-ok", "--distro"]
                    let run = Command(
                        script, options + [distribution, "--release", release] + names,
                        environment: ["PATH": "\(folder):/usr/bin:/bin"])
                    #expect(
                        try run.checkedOutput().split { $0 == "\n" || $0 == " " }.map(String.init)
                            == map.names(for: names, distribution: distribution, release: release),
                        "\(element)")
                }
            }
        }
    }
}
