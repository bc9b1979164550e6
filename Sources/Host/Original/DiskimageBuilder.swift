// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import LinuxSystem
import Planning

/// `diskimage-builder`: builds the images that YAML files define, one after the other.
struct DiskimageBuilder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: OriginalProgram.diskimageBuilder.rawValue,
        abstract:
            "Build the images that YAML files define, as the original's program of this name does.",
        discussion: """
            A file is a list of maps, one for each image. Maps with the same imagename, or without one, are parts of \
            one image: lists grow, maps are merged, all else is replaced. The keys:

            \(ImageProperty.all.map { "\($0.key): \($0.help)" }.joined(separator: "; ")).
            """,
        version: ProgramVersion.text)

    @Flag(help: "Print the commands that build the images, and build nothing.")
    var dryRun = false

    @Flag(help: "Build no further image after one that failed.")
    var stopOnFailure = false

    @Argument(help: ArgumentHelp("The YAML files.", valueName: "file"), completion: .file())
    var files: [String]

    func run() throws {
        var definitions = ImageDefinitions()
        for file in files {
            try definitions.read(try YAMLSource(kind: "image definitions", file: file))
        }
        var hasFailed = false
        for image in definitions.images {
            Terminal.show(image.command + "\n\n")
            guard !dryRun else { continue }
            do {
                try build(image)
            } catch let error as BuildError where error.code != .interrupted {
                Terminal.report(error)
                hasFailed = true
                if stopOnFailure { break }
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private func build(_ image: ImageDefinition) throws {
        var environment = ProcessEnvironment.current
        for pair in image.environment { environment[pair.key] = pair.value }
        let program = image.program
        let arguments = try program.arguments(image.arguments, environment: environment)
        var build = OriginalBuild(program, try Self.options(of: program, arguments))
        build.environment = environment
        build.arguments = image.arguments
        build.inputFiles = files
        try build.run()
    }

    private static func options(
        of program: OriginalProgram, _ arguments: [String]
    ) throws -> BuildOptions {
        do {
            switch program {
            case .ramdiskImageCreate: return try RamdiskImageCreate.parse(arguments).options
            default: return try DiskImageCreate.parse(arguments).options
            }
        } catch {
            throw ProgramExit.usageError(
                program.command.message(for: error), of: program.rawValue)
        }
    }
}
