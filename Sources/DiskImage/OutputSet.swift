// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import LinuxSystem
package import Planning
internal import SystemPackage

/// All outputs of a build; they get their final names together, at the end, or not at all.
///
/// Order: write into the temporary files; `computeDigests`; `sync`; `publish`. Each is a step of its own, so that the
/// event stream shows it.
package struct OutputSet: Sendable {
    package struct Options: Sendable {
        /// In the names of temporary files.
        package var buildID: String
        /// Who owns the outputs; nil leaves them to this process's user.
        package var owner: Owner?
        /// Whether an existing output is replaced (OVERWRITE_OLD_IMAGE) rather than kept under another name.
        package var overwritesOld = false
        /// The checksums whose files, such as NAME.sha256, are written beside each output (--checksum).
        package var checksumFiles: [Digest.Algorithm] = []
        package var limits = Command.Limits()

        package init(buildID: String) { self.buildID = buildID }
    }

    package struct Owner: Equatable, Sendable {
        package var user: UInt32
        package var group: UInt32

        package init(user: UInt32, group: UInt32) {
            self.user = user
            self.group = group
        }
    }

    package let files: [OutputFile]
    let options: Options

    /// Makes the temporary files, runs `body`, and removes what it did not publish.
    package static func withOutputs<Result>(
        _ planned: [BuildPlan.PlannedOutput], options: Options, _ body: (OutputSet) throws -> Result
    ) throws -> Result {
        var files: [OutputFile] = []
        let result: Result
        do {
            for output in planned {
                let path = FilePath(output.path)
                files.append(
                    try .create(
                        format: output.format.rawValue, disk: output.disk, path: path,
                        buildID: options.buildID))
            }
            result = try body(OutputSet(files: files, options: options))
        } catch {
            // The body's error tells more than one of cleaning up.
            for file in files { _ = Swift.Result { try file.discard() } }
            throw error
        }
        for file in files { try file.discard() }
        return result
    }

    /// The output of a format, of the first disk or of the disk that is named; nil when none was asked for.
    package subscript(_ format: OutputFormat, disk disk: String? = nil) -> OutputFile? {
        files.first { $0.format == format.rawValue && $0.disk == disk }
    }

    /// The SHA-256 of one output once it is complete, and what else files are written of.
    package func computeDigests(of file: OutputFile) throws -> [Digest] {
        let others = options.checksumFiles.filter { $0 != .sha256 }
        return try Digest.compute([.sha256] + others, of: file, limits: options.limits)
    }

    /// Waits until all bytes of all outputs are on the medium.
    package func sync() throws {
        try ParallelWork.map(files) { file in
            guard fsync(file.descriptor.rawValue) != 0 else { return }
            throw BuildError(
                .buildFailed, "cannot write '\(file.path)' to its disk: \(Errno(rawValue: errno))")
        }
    }

    /// Gives every output its final name and owner; keeps what had the name before, or replaces it.
    ///
    /// All that can be done before the first name is given is done before, so that the time between the first and the
    /// last is short; when one of them fails, those before it are taken back. The digests come from `computeDigests`.
    package func publish(digests: [Digest]) throws -> [PublishedOutput] {
        let checksums = try writeChecksums(
            digests.filter { options.checksumFiles.contains($0.algorithm) })
        defer { for file in checksums { _ = Swift.Result { try file.discard() } } }
        var publication = Publication(owner: options.owner)
        for file in files + checksums { try publication.prepare(file) }
        do {
            for file in files {
                try publication.publish(file, keepsOld: !options.overwritesOld)
            }
            for file in checksums { try publication.publish(file, keepsOld: false) }
        } catch {
            publication.takeBack()
            throw error
        }
        try removeOldChecksums()
        for folder in Set(files.map { $0.path.removingLastComponent() }) {
            try Publication.syncFolder(folder)
        }
        return try files.map {
            try PublishedOutput($0, digests: digests, keptAs: publication.keptName(of: $0))
        }
    }

    /// Writes files such as NAME.sha256, still under temporary names.
    private func writeChecksums(_ digests: [Digest]) throws -> [OutputFile] {
        var checksums: [OutputFile] = []
        do {
            for digest in digests {
                let file = try OutputFile.create(
                    format: digest.algorithm.rawValue,
                    path: FilePath("\(digest.path).\(digest.algorithm.rawValue)"),
                    buildID: options.buildID)
                checksums.append(file)
                try file.descriptor.writeAll("\(digest.value)  \(digest.path)\n".utf8)
            }
            return checksums
        } catch {
            for file in checksums { _ = Swift.Result { try file.discard() } }
            throw error
        }
    }

    /// A checksum of the replaced output would be wrong now.
    private func removeOldChecksums() throws {
        for file in files {
            for algorithm in Digest.Algorithm.allCases
            where !options.checksumFiles.contains(algorithm) {
                try OutputFile.remove(FilePath("\(file.path).\(algorithm.rawValue)"))
            }
        }
    }
}
