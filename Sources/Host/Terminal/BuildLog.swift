// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import FoundationEssentials
import Glibc
import LinuxSystem
import Logging
import Planning
import SystemPackage

/// The log file of a build: every line that hooks print and every message, each with its time.
final class BuildLog {
    let path: String
    private var logger: Logger
    private let file: LogFile

    /// Opens the file for appending, with the rights of `owner`.
    ///
    /// - Throws: `BuildError` when the file cannot be opened.
    init(path: String, owner: BuildRequest.InvokingUser) throws {
        self.path = path
        let file = try LogFile(path: path, owner: owner)
        self.file = file
        logger = Logger(label: "dibhost") { _ in LogFileHandler(file: file) }
        logger.logLevel = .debug
    }

    /// A new file in the cache folder, for a build without --logfile; the newest twenty are kept.
    static func defaultPath(for request: BuildRequest) throws -> String {
        let folder = request.cacheFolder + "/logs"
        do throws(Errno) {
            try makeFolder(folder, owner: request.user)
            let old = try FolderListing.entries(of: FilePath(folder)).map(\.name)
            for name in old.filter({ $0.hasSuffix(".log") }).dropLast(19) {
                try remove("\(folder)/\(name)")
            }
        } catch {
            throw BuildError(
                .refused, "cannot use the log folder '\(folder)'",
                hint: "Name a log file with --logfile, or another cache folder with --image-cache.",
                cause: error.description)
        }
        let time = Date().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        return "\(folder)/\(time)-\(getpid()).log"
    }

    /// Makes a folder and those above it that are missing; through sudo they are the caller's all the same, who
    /// could not use that cache folder without sudo otherwise.
    private static func makeFolder(
        _ path: String, owner: BuildRequest.InvokingUser
    ) throws(Errno) {
        var partial = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            partial += "/" + component
            let made = mkdir(partial, 0o777) == 0
            guard made || errno == EEXIST else { throw Errno(rawValue: errno) }
            if made, geteuid() == 0, lchown(partial, owner.id, owner.group) != 0 {
                throw Errno(rawValue: errno)
            }
        }
    }

    /// Removes an old log, unless another build that begins at this moment was quicker.
    private static func remove(_ path: String) throws(Errno) {
        guard unlink(path) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }

    /// Writes what an event tells.
    ///
    /// - Throws: `BuildError` once the file cannot be written any more, as on a full disk.
    func record(_ event: BuildEvent) throws {
        describe(event)
        guard let failure = file.failure else { return }
        throw BuildError(
            .buildFailed, "cannot write the log file '\(path)'",
            hint: "Free space there, or name another file with --logfile.",
            cause: failure.description)
    }

    private func describe(_ event: BuildEvent) {
        switch event {
        case .buildStarted(let buildID, let scratch, let steps):
            logger.notice("build \(buildID) started: \(steps) steps, scratch folder \(scratch)")
        case .stepStarted(let index, let total, let step):
            logger[metadataKey: "step"] = "\(index)/\(total) \(step.name)"
            logger[metadataKey: "phase"] = step.phase.map { "\($0.rawValue)" }
            logger.notice("started")
        case .stepFinished(_, let seconds):
            logger.notice("finished after \(seconds.decimals(3)) s")
        case .stepAdded(let step, let hook):
            logger.notice("hook '\(hook)' added '\(step.name)'")
        case .output(let line):
            logger.info("| \(line)")
        case .message(let level, let text):
            logger.log(level: level.loggerLevel, "\(text)")
        case .progress:
            break
        case .published(let element, let name, let value):
            logger.info("\(element) published \(name)=\(value)")
        case .artifactFinished(let artifact):
            logger.notice("wrote \(artifact.path), \(artifact.size)")
        case .shellStarted(let point): logger.notice("a shell is open at \(point)")
        case .shellEnded: logger.notice("the shell has ended")
        case .buildFinished:
            logger.notice("build finished")
        case .buildFailed(let error):
            logger.error("build failed: \(error)")
        }
    }
}

/// One file that log handlers share; lines are written whole.
final class LogFile: Sendable {
    private let file: OwnedDescriptor
    private let firstFailure = Guarded<Errno?>(nil)

    /// Why a line could not be written; a log handler cannot throw.
    var failure: Errno? { firstFailure.withValue { $0 } }

    init(path: String, owner: BuildRequest.InvokingUser) throws {
        do {
            file = try owner.open(path, flags: O_WRONLY | O_CREAT | O_APPEND)
        } catch {
            throw BuildError(
                .refused, "cannot open the log file '\(path)'",
                hint: "Name a file in a folder that exists and that you can write to.",
                cause: error.description)
        }
    }

    func write(_ line: String) {
        firstFailure.withValue { failure in
            guard failure == nil else { return }
            do {
                try file.descriptor.writeAll((line + "\n").utf8)
            } catch {
                failure = error as? Errno ?? .ioError
            }
        }
    }
}

/// Writes swift-log's records to a file, one line each.
struct LogFileHandler: LogHandler {
    let file: LogFile
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let step = metadata["step"].map { " [\($0)]" } ?? ""
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        file.write("\(time) \(event.level.rawValue)\(step) \(event.message)")
    }
}

extension BuildEvent.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
