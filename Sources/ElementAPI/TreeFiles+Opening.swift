// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A user and a group by number.
struct Owner {
    var user: UInt32
    var group: UInt32
}

extension TreeFiles {
    /// O_PATH, which Glibc's module hides; the same number on all Linux architectures that dibhost
    /// builds for.
    static var openPathOnly: Int32 { 0o10000000 }

    /// Opens a file below the tree; a negative errno value when that fails.
    func openTarget(_ path: String, _ flags: Int32, _ mode: UInt32 = 0) throws -> Int32 {
        guard let open = services.openTargetFile else { throw services.missing("open_target_file") }
        return open(services.state, path, flags | O_CLOEXEC, mode)
    }

    /// Opens the folder that holds the entry at the path; a negative errno value when that fails.
    func openParent(_ path: String) throws -> Int32 {
        let parts = path.split(separator: "/")
        guard let last = parts.last, last != "..", last != "." else { return -EINVAL }
        return try openTarget(
            "/" + parts.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY)
    }

    func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    func fileError(_ verb: String, _ path: String, _ error: Int32) -> ElementError {
        ElementError("cannot \(verb) '\(path)' in the target tree: \(systemText(error))")
    }

    /// The numbers of a user and a group that are given by name or by number.
    func owner(_ user: String, _ group: String?) throws -> Owner {
        var owner = Owner(user: 0, group: 0)
        if user != "root" {
            if let number = UInt32(user) {
                owner = Owner(user: number, group: number)
            } else if let account = try account(named: user) {
                owner = Owner(user: account.user, group: account.group)
            } else {
                throw ElementError(
                    "the target tree has no user '\(user)'",
                    hint: "Add an element that creates the user.")
            }
        }
        if let group { owner.group = try groupNumber(group) }
        return owner
    }

    private func groupNumber(_ name: String) throws -> UInt32 {
        if name == "root" { return 0 }
        if let number = UInt32(name) { return number }
        let line = try readFile("/etc/group").split(separator: "\n").first {
            $0.hasPrefix(name + ":")
        }
        let fields = line?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        guard fields.count > 2, let number = UInt32(fields[2]) else {
            throw ElementError("the target tree has no group '\(name)'")
        }
        return number
    }
}

/// All bytes of an open file.
func readAll(_ descriptor: Int32, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count == 0 { return bytes }
        if count < 0 {
            if errno == EINTR { continue }
            throw ElementError("cannot read '\(path)': \(systemText(errno))")
        }
        bytes += buffer[..<count]
    }
}

/// Writes all bytes; returns 0 or an errno value.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            return errno
        }
        rest = rest.dropFirst(count)
    }
    return 0
}
