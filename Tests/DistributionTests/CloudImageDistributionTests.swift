// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What may become of a cloud image on its way, for each distribution: its layout, the name and the form of its checksum file.
struct CloudImageDistributionTests {
    /// What is done to the served image or its checksum file, and what is said then; `$image` is the image's name.
    private static let damages = [
        ("echo more >>\"$image\"", "' has the digest 'sha"),
        ("truncate -s 300000 \"$image\"", "(300000 bytes), not 'sha"),
    ]

    @Test(arguments: ["debian", "ubuntu", "fedora", "opensuse", "centos", "rocky", "almalinux"])
    func `damaged, foreign and cut images are refused, then it is continued and used offline`(
        distribution: String
    ) throws {
        try TemporaryFolder.with("cloud-way") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            let name = UnpackerBuild.image(of: distribution)
            let form = distribution == "rocky" ? "centos" : distribution
            let layout = ImageLayouts.scripts[distribution] == nil ? "centos" : distribution
            try ImageLayouts.make(layout, in: folder, as: unpacker.served(distribution))
            try unpacker.files.run("cp --reflink=auto \"www/$1\" good", name)
            try unpacker.files.sign(name, like: form)
            for (damage, said) in Self.damages {
                try unpacker.files.run("image=$1; cd www; \(damage); cd ..", name)
                try expectRefusal(unpacker.command(distribution), said)
                try unpacker.files.run("cp --reflink=auto good \"www/$1\"", name)
            }
            try unpacker.files.sign(name, like: form, by: "stranger")
            try expectRefusal(unpacker.command(distribution), "is not signed by a key in '")
            try unpacker.files.sign(name, like: form)
            try expectRefusal(
                unpacker.command(distribution, from: .cutAlways, ["retries=0"]),
                "the connection ended early")
            #expect(try unpacker.keptImages() == [])
            #expect(try unpacker.build.outputs().filter { $0.hasSuffix(".tar") } == [])
            try expectContinued(unpacker, distribution)
        }
    }

    private func expectRefusal(_ command: Command, _ said: String) throws {
        let (status, text) = try command.captureAll()
        #expect(status == .exited(1))
        #expect(text.contains(said), "\(said): \(text)")
    }

    /// Builds with what there is of the image already, and once more without asking anybody for it.
    private func expectContinued(_ unpacker: UnpackerBuild, _ distribution: String) throws {
        var both = unpacker.plainCommand(distribution, [])
        both.arguments =
            ["-ec", "\"$@\"; rm \"$0\"; \"$@\" --offline"]
            + [unpacker.build.output.appending("image.tar").string, both.program] + both.arguments
        both.program = "/bin/bash"
        try ImageServer.ranges.serving(unpacker.files.served, log: unpacker.requests, to: both)
            .checkedOutput()
        let name = UnpackerBuild.image(of: distribution)
        let asked = try unpacker.requestLines().filter { $0.hasPrefix(name + " ") }
        #expect(asked.last?.hasPrefix("\(name) bytes=") == true, "\(asked)")
        let tar = unpacker.build.output.appending("image.tar").string
        #expect(
            try Command("tar", ["-xOf", tar, "./boot/vmlinuz-6.1"]).checkedOutput() == "kernel\n")
        #expect(try unpacker.build.leftovers() == [])
    }
}
