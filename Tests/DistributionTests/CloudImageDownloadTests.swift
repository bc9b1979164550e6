// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// How images come through bad connections into the cache, and out of it again.
struct CloudImageDownloadTests {
    private func withImage(_ body: (UnpackerBuild) throws -> Void) throws {
        try TemporaryFolder.with("download") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            try ImageLayouts.make("tar in xz", in: folder, as: unpacker.served("ubuntu"))
            try unpacker.files.sign(UnpackerBuild.image(of: "ubuntu"), like: "ubuntu")
            try body(unpacker)
        }
    }

    /// The image in the cache is the served one, and the output has its files.
    private func expectWhole(_ unpacker: UnpackerBuild) throws {
        let kept = try unpacker.keptImages()
        #expect(kept.count == 1)
        let image = unpacker.kept.appending(kept.first ?? "none")
        try Command("cmp", [image.string, unpacker.served("ubuntu").string]).checkedOutput()
        let tar = unpacker.build.output.appending("image.tar").string
        #expect(
            try Command("tar", ["-xOf", tar, "./boot/vmlinuz-6.1"]).checkedOutput() == "kernel\n")
        #expect(
            try FolderListing.entries(of: unpacker.kept.appending("partial"))
                .filter { !$0.name.hasSuffix(".lock") }.map(\.name) == [])
    }

    /// The requests for the image: the range of each.
    private func ranges(_ unpacker: UnpackerBuild) throws -> [String] {
        try unpacker.requestLines().filter { $0.contains("cloudimg") }
            .map { $0.split(separator: " ").dropFirst().joined() }
    }

    @Test func `a download that is cut off is continued in the same build`() throws {
        try withImage { unpacker in
            try unpacker.command("ubuntu", from: .cutRanges).checkedOutput()
            let ranges = try ranges(unpacker)
            #expect(ranges.count == 2 && ranges[0] == "" && ranges[1].hasPrefix("bytes="))
            try expectWhole(unpacker)
        }
    }

    @Test(arguments: [ImageServer.plain, .wrongRanges])
    func `a server that gives no ranges, or wrong ones, is asked for the whole file`(
        server: ImageServer
    ) throws {
        try withImage { unpacker in
            let first: ImageServer = server == .plain ? .cutPlain : server
            try unpacker.command("ubuntu", from: first, ["retries=2"]).checkedOutput()
            #expect(try ranges(unpacker).last == "")
            try expectWhole(unpacker)
        }
    }

    @Test func `the next build continues where one that failed stopped`() throws {
        try withImage { unpacker in
            let failed = try unpacker.command("ubuntu", from: .cutAlways, ["retries=0"])
                .captureAll()
            #expect(failed.status == .exited(1))
            let text = failed.text
            #expect(text.contains("the connection ended early (curl: 18) after 1 try"), "\(text)")
            #expect(try unpacker.keptImages() == [])
            try unpacker.command("ubuntu", from: .ranges).checkedOutput()
            #expect(try ranges(unpacker).last?.hasPrefix("bytes=") == true)
            try expectWhole(unpacker)
        }
    }

    @Test
    func `a build that is killed in a download leaves nothing but what the next one continues`()
        throws
    {
        try withImage { unpacker in
            var killed = unpacker.plainCommand("ubuntu", [])
            let script = """
                partial=$1
                shift
                "$@" & build=$!
                for _ in $(seq 300); do
                    if find "$partial" -name 'sha256-*' -size +0 2>/dev/null | grep -q .; then break; fi
                    sleep 0.1
                done
                kill -KILL $build
                wait $build || :
                "$@"
                """
            killed.arguments =
                [
                    "-ec", script, "bash", unpacker.kept.appending("partial").string,
                    killed.program,
                ] + killed.arguments
            killed.program = "/bin/bash"
            let runs = try ImageServer.stalling.serving(
                unpacker.files.served, log: unpacker.requests, to: killed
            ).captureAll(limits: .init(deadline: .seconds(90)))
            #expect(runs.status.isSuccess, "\(runs.text)")
            let ranges = try ranges(unpacker)
            #expect(ranges.count == 2 && ranges[1].hasPrefix("bytes="), "\(ranges)")
            try expectWhole(unpacker)
            #expect(try unpacker.build.leftovers() == [])
        }
    }

    @Test func `a server that is overloaded is asked a bounded number of times`() throws {
        try withImage { unpacker in
            let failed = try unpacker.command("ubuntu", from: .overloaded, ["retries=2"])
                .captureAll()
            #expect(failed.status == .exited(1))
            let text = failed.text
            #expect(text.contains("/SHA256SUMS': the server answered 503 after 3 tries"), "\(text)")
            #expect(try unpacker.requestLines().count == 3)
        }
    }

    @Test func `offline the cache alone is used, and its image is checked again`() throws {
        try withImage { unpacker in
            let settings = ["--offline"]
            let empty = try unpacker.command("ubuntu", options: settings).captureAll()
            #expect(empty.status == .exited(1))
            let text = empty.text
            #expect(text.contains("and --offline forbids to download it"), "\(text)")
            // Each server has another port, and the checksum file is kept under its URL.
            var both = unpacker.plainCommand("ubuntu", [])
            let damage =
                "printf x | dd of=$(echo \(unpacker.kept)/sha256-*) conv=notrunc status=none"
            both.arguments =
                [
                    "-ec", "\"$@\"; \"$@\" --offline; \(damage); ! \"$@\" --offline", "bash",
                    both.program,
                ] + both.arguments
            both.program = "/bin/bash"
            let runs = try ImageServer.ranges.serving(
                unpacker.files.served, log: unpacker.requests, to: both
            ).captureAll(limits: .init(deadline: .seconds(60)))
            #expect(runs.status.isSuccess, "\(runs.text)")
            #expect(runs.text.contains("is damaged and removed"))
            #expect(try ranges(unpacker).count == 1)
            #expect(try unpacker.keptImages() == [])
        }
    }

    @Test func `a proxy of the environment is used`() throws {
        try withImage { unpacker in
            var proxied = unpacker.plainCommand(
                "ubuntu", ["image-folder=http://images.example.org"])
            proxied.arguments =
                ["http_proxy=\(ImageServer.address)", "no_proxy=", proxied.program]
                + proxied.arguments
            proxied.program = "/usr/bin/env"
            try ImageServer.ranges.serving(
                unpacker.files.served, log: unpacker.requests, to: proxied
            ).checkedOutput()
            try expectWhole(unpacker)
        }
    }

    @Test func `what is kept belongs to the user who called sudo`() throws {
        try withImage { unpacker in
            try Command("chown", ["65534:65534", unpacker.build.folder.string]).checkedOutput()
            for folder in [unpacker.build.scratch, unpacker.build.output] {
                try Command("chown", ["65534:65534", folder.string]).checkedOutput()
            }
            var called = unpacker.plainCommand("ubuntu", [])
            called.arguments =
                ["SUDO_UID=65534", "SUDO_GID=65534", "SUDO_USER=nobody", called.program]
                + called.arguments
            called.program = "/usr/bin/env"
            try ImageServer.ranges.serving(
                unpacker.files.served, log: unpacker.requests, to: called
            ).checkedOutput()
            try expectWhole(unpacker)
            let owners = try Command(
                "find", [unpacker.kept.string, "!", "-user", "nobody", "-print"]
            ).checkedOutput()
            #expect(owners == "")
        }
    }

    @Test func `two builds at once download an image once, and both succeed`() throws {
        try withImage { unpacker in
            var both = unpacker.plainCommand("ubuntu", [])
            let script = """
                output=$1
                shift
                "$@" -o "$output" & first=$!
                "$@" -o "$output-second" & second=$!
                wait $first; wait $second
                """
            both.arguments =
                [
                    "-ec", script, "bash", unpacker.build.output.appending("image").string,
                    both.program,
                ]
                + both.arguments
            both.program = "/bin/bash"
            let runs = try ImageServer.ranges.serving(
                unpacker.files.served, log: unpacker.requests, to: both
            ).captureAll(limits: .init(deadline: .seconds(60)))
            #expect(runs.status.isSuccess, "\(runs.text)")
            #expect(try ranges(unpacker).count == 1)
            try expectWhole(unpacker)
        }
    }

    @Test func `an image without any checksum file is taken when the user says so`() throws {
        try withImage { unpacker in
            try Command("rm", [unpacker.files.served.appending("SHA256SUMS").string])
                .checkedOutput()
            let taken = try unpacker.command("ubuntu", ["accept-unsigned-image=true"]).captureAll()
            #expect(taken.status.isSuccess, "\(taken.text)")
            let warning = "warning: nobody vouches for the image 'http://127.0.0.1:"
            #expect(taken.text.contains(warning))
        }
    }

    @Test func `a keyring may be text, and a checksum file elsewhere`() throws {
        try withImage { unpacker in
            try unpacker.files.run(
                "mkdir www/sums; mv www/SHA256SUMS www/sums/list; mv www/SHA256SUMS.gpg www/sums/signature"
            )
            let address = ImageServer.address
            try unpacker.command(
                "ubuntu", from: .ranges,
                [
                    "image-keyring=\(unpacker.files.armouredKeyring)",
                    "image-checksums=\(address)/sums/list",
                    "image-signature=\(address)/sums/signature",
                ]
            ).checkedOutput()
            try expectWhole(unpacker)
        }
    }
}
