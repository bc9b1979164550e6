// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What other programs see in the output folder before, after and instead of publishing.
struct OutputSetTests {
    private func publish(
        _ text: String, in folder: FilePath, options: OutputSet.Options = .init(buildID: "b1"),
        formats: [OutputFormat] = [.raw], before: (OutputSet) throws -> Void = { _ in }
    ) throws -> [PublishedOutput] {
        let planned = formats.map {
            BuildPlan.PlannedOutput(format: $0, path: "\(folder)/image.\($0.rawValue)")
        }
        return try OutputSet.withOutputs(planned, options: options) { outputs in
            for file in outputs.files { try file.descriptor.writeAll(text.utf8) }
            let digests = try outputs.files.flatMap { try outputs.computeDigests(of: $0) }
            try outputs.sync()
            try before(outputs)
            return try outputs.publish(digests: digests)
        }
    }

    private func names(_ folder: FilePath) throws -> [String] {
        try shell("ls -A $1", folder.string).split(separator: "\n").map(String.init)
    }

    @Test func `nothing has a final name before all are published`() throws {
        try SampleTree.withFolder { folder in
            let outputs = try publish("text", in: folder, formats: [.raw, .tar]) { _ in
                let before = try names(folder)
                #expect(before == [".image.raw.dibhost-b1", ".image.tar.dibhost-b1"])
            }
            #expect(try names(folder) == ["image.raw", "image.tar"])
            let sums = try shell("cd $1; sha256sum image.raw | cut -c 1-64", folder.string)
            #expect(outputs[0].sha256.map { $0 + "\n" } == sums)
            #expect(outputs[0].size == ByteCount(4))
        }
    }

    @Test func `an error leaves the folder as it was`() throws {
        try SampleTree.withFolder { folder in
            _ = try publish("old", in: folder)
            let error = #expect(throws: BuildError.self) {
                try publish("new", in: folder) { _ in throw BuildError(.buildFailed, "stop") }
            }
            #expect(error?.message == "stop")
            #expect(try names(folder) == ["image.raw"])
            #expect(try shell("cat $1/image.raw", folder.string) == "old")
        }
    }

    @Test func `an existing output is kept under a name with the time, with its checksums`() throws
    {
        try SampleTree.withFolder { folder in
            var options = OutputSet.Options(buildID: "b1")
            options.checksumFiles = [.sha256, .md5]
            _ = try publish("old", in: folder, options: options)
            let second = try publish("new", in: folder)
            let kept = try #require(second[0].keptAs?.lastComponent?.string)
            #expect(kept.wholeMatch(of: /image-\d{4}(\.\d\d){2}-\d\d(\.\d\d){2}\.raw/) != nil)
            #expect(
                try names(folder).sorted()
                    == [kept, kept + ".md5", kept + ".sha256", "image.raw"].sorted())
            #expect(try shell("cd $1; cat $2 image.raw", folder.string, kept) == "oldnew")
        }
    }

    @Test func `an output that cannot get its name takes back those before it`() throws {
        try SampleTree.withFolder { folder in
            var options = OutputSet.Options(buildID: "b1")
            options.checksumFiles = [.sha256, .md5]
            _ = try publish("old", in: folder, options: options, formats: [.raw, .tar])
            let before = try names(folder)
            // A file with something mounted on it can neither be linked nor replaced.
            try shell("mount --bind $1 $1", folder.appending("image.tar").string)
            let error = #expect(throws: BuildError.self) {
                try publish("new", in: folder, options: options, formats: [.raw, .tar])
            }
            try shell("umount $1", folder.appending("image.tar").string)
            #expect(error?.message.hasPrefix("cannot keep the existing") == true)
            #expect(try names(folder) == before)
            try shell(
                "cd $1; sha256sum -c image.raw.sha256 image.tar.sha256; grep old image.raw",
                folder.string)
        }
    }

    @Test func `two older outputs of one second are both kept`() throws {
        try SampleTree.withFolder { folder in
            for text in ["1", "2", "3", "4"] { _ = try publish(text, in: folder) }
            #expect(try names(folder).count == 4)
            #expect(try shell("cat $1/* | fold -w 1 | sort | tr -d '\\n'", folder.string) == "1234")
        }
    }

    @Test func `OVERWRITE_OLD_IMAGE replaces the output`() throws {
        try SampleTree.withFolder { folder in
            var options = OutputSet.Options(buildID: "b1")
            options.overwritesOld = true
            _ = try publish("old", in: folder, options: options)
            let outputs = try publish("new", in: folder, options: options)
            #expect(try names(folder) == ["image.raw"])
            #expect(outputs[0].keptAs == nil)
        }
    }

    @Test func `the checksum files are ones that sha256sum and md5sum accept`() throws {
        try SampleTree.withFolder { folder in
            var options = OutputSet.Options(buildID: "b1")
            options.checksumFiles = [.sha256, .md5]
            options.owner = .init(user: 1234, group: 2345)
            _ = try publish("text", in: folder, options: options)
            try shell("sha256sum -c $1/image.raw.sha256; md5sum -c $1/image.raw.md5", folder.string)
            let owners = try shell("stat -c '%u:%g %a' $1/* | sort -u", folder.string)
            #expect(owners == "1234:2345 644\n")
        }
    }

    @Test func `files of dead builds are removed, files of living ones are not`() throws {
        try SampleTree.withFolder { folder in
            try shell("cd $1; touch .image.qcow2.dibhost-dead .other image.qcow2", folder.string)
            _ = try publish("text", in: folder) { _ in
                let removed = try StaleOutputs.remove(in: folder)
                #expect(removed.map(\.lastComponent?.string) == [".image.qcow2.dibhost-dead"])
            }
            #expect(try names(folder) == ["image.qcow2", "image.raw", ".other"].sorted())
        }
    }

    @Test func `a folder that cannot be written is an error before the build begins`() throws {
        try SampleTree.withFolder { folder in
            let readOnly = folder.appending("ro")
            try shell("mkdir $1; mount -t tmpfs -o ro tmpfs $1", readOnly.string)
            let error = #expect(throws: BuildError.self) { try publish("x", in: readOnly) }
            try shell("umount $1", readOnly.string)
            #expect(error?.code == .environment)
            #expect(
                error?.message
                    == "cannot write into the output folder '\(readOnly)': Read-only file system")
        }
    }

    @Test func `a full disk fails the conversion and leaves the folder empty`() throws {
        try ImageFixture.with { fixture in
            let small = fixture.folder.appending("small")
            try shell("mkdir $1; mount -t tmpfs -o size=256k tmpfs $1", small.string)
            let error = #expect(throws: BuildError.self) {
                try fixture.build([.qcow2], out: "small")
            }
            let left = try shell("ls -A $1; umount $1", small.string)
            #expect(error?.code == .buildFailed)
            #expect(
                error?.message
                    == "cannot write '\(small)/image.qcow2': No space left on device")
            #expect(left == "")
        }
    }

    @Test(arguments: OutputFormat.images.filter { $0 != .raw && $0 != .qcow2 })
    func `a full disk fails every format and leaves the folder empty`(format: OutputFormat) throws {
        try ImageFixture.with { fixture in
            let small = fixture.folder.appending("small")
            try shell("mkdir $1; mount -t tmpfs -o size=16k tmpfs $1", small.string)
            let error = #expect(throws: BuildError.self) {
                try fixture.build([format], out: "small")
            }
            let left = try shell("ls -A $1; umount $1", small.string)
            #expect(error?.code == .buildFailed)
            #expect(left == "")
        }
    }
}
