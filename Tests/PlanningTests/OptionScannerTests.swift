// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import TestSupport
import Testing

@Suite struct OptionScannerTests {
    /// The options as getopt(1) prints them, then `--` and the rest; each option by its letter where it has one.
    private static func shown(_ arguments: [String]) throws -> [String] {
        let result = try OptionScanner(OriginalOptions.image).scan(arguments)
        return result.options.flatMap { given in
            [given.option.letter.map { "-\($0)" } ?? "--\(given.option.name)"]
                + (given.value.map { [$0] } ?? [])
        } + ["--"] + result.rest
    }

    @Test(arguments: [
        ("vm -xx -oname -t raw debian", "-x -x -o name -t raw -- vm debian"),
        ("--image-size=3 --image-size 4", "--image-size 3 --image-size 4 --"),
        ("--off --chec a -- -x --foo", "--offline --checksum -- a -x --foo"),
        // What the original takes, it keeps, although another option begins in the same way.
        ("--mkfs=-q --mkfs-o -i", "--mkfs-options -q --mkfs-options -i --"),
        ("--image-e 5 --mkfs-j=7", "--image-extra-size 5 --mkfs-journal-size 7 --"),
        ("--manifest --set=a.b=c --debug-trace", "--manifest --set a.b=c -x --"),
        ("-uxo- - -h", "-u -x -o - -h -- -"),
    ])
    func anOptionIsTakenInEachOfItsForms(arguments: String, expected: String) throws {
        let words = arguments.split(separator: " ").map(String.init)
        #expect(try Self.shown(words).joined(separator: " ") == expected)
    }

    @Test(arguments: [
        (
            "--imag 3",
            "option '--imag' may mean more than one\n  hint: Write one of: --image-size, --image-cache."
        ),
        ("--imag-size 3", "unknown option '--imag-size'\n  hint: Did you mean '--image-size'?"),
        ("--manif", "unknown option '--manif'\n  hint: '-h' lists the options."),
        ("--offline=1", "option '--offline' takes no value"),
        ("--root-label", "missing value for '--root-label'\n  hint: '-h' lists the options."),
        ("-xo", "missing value for '-o'\n  hint: '-h' lists the options."),
        ("-xz", "unknown option '-z'\n  hint: Known are: -h -a -o -t -p -x -u -c -n."),
    ])
    func aWrongOptionIsRefused(arguments: String, text: String) {
        let words = arguments.split(separator: " ").map(String.init)
        let error = #expect(throws: BuildError.self) { try Self.shown(words) }
        #expect(error?.description == text)
        #expect(error?.exitStatus == 2)
    }

    @Test func posixlyCorrectStopsAtTheFirstElement() throws {
        let scanner = OptionScanner(OriginalOptions.image, stopsAtFirstOther: true)
        let result = try scanner.scan(["-x", "vm", "-o", "name"])
        #expect(result.options.map(\.option.name) == ["debug-trace"])
        #expect(result.rest == ["vm", "-o", "name"])
    }

    @Test func ofAnOptionThatIsGivenAgainTheLastOneCounts() throws {
        let result = try OptionScanner(OriginalOptions.image).scan(
            ["-t", "raw", "-x", "-p", "a", "-t", "tar", "-x", "-p", "b"])
        #expect(
            OriginalOptions.lastOfEach(result.options).map { $0.value ?? "" } == [
                "", "a", "tar", "", "b",
            ])
    }

    /// The words of the original's own call of getopt(1), where the two options that it forgot are left out.
    private static let getopt = [
        "-u", "-o", "a:ho:t:xucnp:", "-l",
        "checksum,no-tmpfs,offline,help,version,min-tmpfs:,image-size:,image-cache:,max-online-resize:,"
            + "mkfs-options:,qemu-img-options:,ramdisk-element:,root-label:,install-type:,docker-target:,logfile:",
        "--",
    ]

    @Test func argumentsAreSplitAsGetoptSplitsThem() throws {
        let words = [
            "-a", "-aarm64", "-o", "-xu", "-xuoname", "-c", "-n", "-p", "-", "vm", "debian", "--",
            "--image-size", "--image-size=3", "--image", "--i", "--in=source", "--check", "--no",
            "--no=1", "--m", "--mk", "--max=1", "--q", "--r", "--ro=l", "--log", "--he", "--v",
            "--of", "-q", "--offline", "--offline=", "--root-label=", "3",
        ]
        var generator = SeededGenerator(seed: 20_260_701)
        var taken = 0
        for _ in 0..<400 {
            let count = Int.random(in: 1...4, using: &generator)
            let arguments = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
            let theirs = try Command("getopt", Self.getopt + arguments).capture()
            let expected = theirs.output.split { " \n".contains($0) }
                .map { $0 == "--help" ? "-h" : String($0) }
            let comment = Comment(rawValue: arguments.joined(separator: " "))
            do {
                let ours = try Self.shown(arguments).filter { !$0.isEmpty }
                #expect(theirs.status == .exited(0), comment)
                #expect(ours == expected, comment)
                taken += 1
            } catch is BuildError {
                #expect(theirs.status == .exited(1), comment)
            }
        }
        #expect(taken > 100 && taken < 350)
    }
}
