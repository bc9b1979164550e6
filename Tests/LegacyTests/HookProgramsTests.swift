// SPDX-License-Identifier: Apache-2.0

import Legacy
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The programs that hooks find although no element brings them.
struct HookProgramsTests {
    private static func with(path: String = "/nowhere", _ body: (FilePath) throws -> Void) throws {
        try TemporaryFolder.with("programs") { folder in
            // A PATH without sudo is not enough: it is looked for in the system's folders too.
            var files = UserFiles()
            HookPrograms.add(to: &files, in: folder, path: path)
            try files.make()
            try body(folder.appending("programs"))
        }
    }

    @Test func pythonFindsWhatElementsImportFromTheOriginal() throws {
        try Self.with { programs in
            let code = """
                import logging, sys, yaml
                from diskimage_builder import logging_config
                logging_config.setup()
                logging.getLogger("x").info("told %s", yaml.safe_load("a: 1"))
                sys.exit(int(sys.argv[1]))
                """
            let python = programs.appending("python3").string
            let good = try Command(python, ["-c", code, "0"]).capture()
            #expect(good.status == .exited(0))
            #expect(good.errorLines == ["INFO x [-] told {'a': 1}"])
            #expect(try Command(python, ["-c", code, "7"]).capture().status == .exited(7))
        }
    }

    private static let commands: [(arguments: [String], output: String, status: Int32)] = [
        (["id", "-u"], "0\n", 0),
        (["-E", "id", "-u"], "0\n", 0),
        (["-nE", "A=b c", "sh", "-c", "echo \"$A\""], "b c\n", 0),
        (["--", "printf", "%s", "-E"], "-E", 0),
        (["-u", "nobody", "id", "-un"], "nobody\n", 0),
        (["--user=nobody", "id", "-un"], "nobody\n", 0),
        (["sh", "-c", "exit 9"], "", 9),
        (["-x", "true"], "", 1),
        (["-v"], "", 1),
    ]

    @Test(arguments: commands)
    func `the stand-in for sudo runs the command`(
        arguments: [String], output: String, status: Int32
    ) throws {
        try TemporaryFolder.with("sudo") { folder in
            let sudo = folder.appending("sudo")
            try TextFile.writeScript(HookPrograms.sudoText, to: sudo)
            let run = try Command(sudo.string, arguments).capture()
            #expect(run.output == output && run.status == .exited(status), "\(run)")
        }
    }

    @Test func sudoIsBroughtOnlyToRootWhereThereIsNone() throws {
        try Self.with(path: "/usr/bin") { programs in
            let hasOne = HostProgram.find("sudo", path: "/usr/bin") != nil
            let names = try FolderListing.entries(of: programs).map(\.name)
            #expect(names.contains("sudo") != hasOne)
        }
        try TemporaryFolder.with("programs") { folder in
            try Command("chmod", ["0777", folder.string]).checkedOutput()
            let nobody = Command.Credentials(user: 65534, group: 65534, groups: [])
            var files = UserFiles(user: nobody)
            HookPrograms.add(to: &files, in: folder, path: "/nowhere")
            try files.make()
            let names = try FolderListing.entries(of: folder.appending("programs")).map(\.name)
            #expect(
                names.sorted() == ["dib-block-device", "element-info", "modules", "python3"])
        }
    }
}
