// SPDX-License-Identifier: Apache-2.0

import Glibc
import LinuxSystem
import SystemPackage
import Wire

/// Compares this process before and after the plugin's code ran, and tells the builder what is different.
///
/// Only a dry run pays for it. /proc/self is held open, because in the chroot it may not be there.
final class ProcessTrace {
    private struct State {
        var descriptors: [Int32: String] = [:]
        var threads = 0
        /// The lines of /proc/self/status that say how signals are treated, and the umask.
        var settings: [String: String] = [:]
        var folder = ""
        var environment: [String: String] = [:]
        var locale = ""
    }

    private static let settings = [
        "Umask": "the umask", "SigBlk": "blocked signals", "SigIgn": "ignored signals",
        "SigCgt": "signal handlers",
    ]

    private let frames: FrameOutput
    private let folder: FileDescriptor
    private var before = State()

    init(_ frames: FrameOutput) throws {
        self.frames = frames
        folder = try FileDescriptor.open(
            "/proc/self", .readOnly, options: [.directory, .closeOnExec])
        before = try state()
    }

    /// Compares with this moment from now on.
    func begin() throws { before = try state() }

    /// Tells what is different since the last call of `begin`.
    func report() {
        do {
            let now = try state()
            for (number, target) in now.descriptors.sorted(by: { $0.key < $1.key })
            where before.descriptors[number] != target {
                frames.send(.observed(.descriptor, "'\(target)'"))
            }
            if now.threads > before.threads {
                frames.send(.observed(.threads, "\(now.threads - before.threads)"))
            }
            for setting in settings(now) { frames.send(.observed(.setting, setting)) }
        } catch {
            frames.send(.observed(.setting, "what /proc/self tells: \(error)"))
        }
    }

    private func settings(_ now: State) -> [String] {
        var changed = Self.settings.keys.sorted().filter { before.settings[$0] != now.settings[$0] }
            .map { Self.settings[$0] ?? $0 }
        if before.folder != now.folder { changed.append("the working folder, now '\(now.folder)'") }
        if before.locale != now.locale { changed.append("the locale, now '\(now.locale)'") }
        let names = Set(before.environment.keys).union(now.environment.keys).sorted()
        changed += names.filter { before.environment[$0] != now.environment[$0] }
            .map { "the environment variable \($0)" }
        return changed
    }

    private func state() throws -> State {
        var state = State()
        state.descriptors = try descriptors()
        let file = try folder.openInside("status", flags: O_RDONLY, mode: 0)
        let text = String(decoding: try file.closeAfter { try file.contents() }, as: UTF8.self)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = String(parts[1].drop { $0 == "\t" })
            if Self.settings[String(parts[0])] != nil {
                state.settings[String(parts[0])] = Self.withoutOwnSignals(value)
            }
            if parts[0] == "Threads" { state.threads = Int(value) ?? 0 }
        }
        if let path = getcwd(nil, 0) {
            state.folder = String(cString: path)
            free(path)
        }
        state.environment = ProcessEnvironment.now()
        state.locale = setlocale(LC_ALL, nil).map { String(cString: $0) } ?? ""
        return state
    }

    /// A set of signals without 32 and 33, which glibc takes for itself with the first thread.
    private static func withoutOwnSignals(_ value: String) -> String {
        guard value.count == 16, let set = UInt64(value, radix: 16) else { return value }
        return String(set & ~(UInt64(0b11) << 31), radix: 16)
    }

    /// The open descriptors, but for the one that lists them.
    private func descriptors() throws -> [Int32: String] {
        let number = openat(folder.rawValue, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0, let stream = fdopendir(number) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var found: [Int32: String] = [:]
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let descriptor = Int32(name), descriptor != number else { continue }
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlinkat(folder.rawValue, "fd/\(name)", &buffer, buffer.count)
            found[descriptor] = String(
                decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return found
    }
}
