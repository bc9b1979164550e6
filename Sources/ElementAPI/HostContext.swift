// SPDX-License-Identifier: Apache-2.0

internal import CElement
internal import Glibc

/// What a hook can do that runs outside the chroot, on the build host.
public protocol HostContext: HookContext {}

extension HostContext {
    /// The path of the target tree on the build host, for programs that take one.
    ///
    /// The manifest must declare the privilege `raw-host-path`; the functions for files need no
    /// path and are safe from links in the tree.
    public var treePath: String {
        get throws {
            guard let path = value(of: .targetRoot) else {
                throw ElementError(
                    "the element did not declare that it needs the path of the target tree",
                    hint: "Add \"raw-host-path\" to \"privileges\" in the element's manifest.json.")
            }
            return path
        }
    }

    /// Runs a program on the build host; its output goes to the build's log and any end but exit
    /// status 0 is an error.
    ///
    /// - Parameters:
    ///   - program: A path, or a name that is looked up in PATH.
    ///   - arguments: The arguments after the program's name.
    ///   - environment: Variables on top of the build's environment.
    ///   - input: Standard input; nil is an empty one.
    ///   - asUser: Whether it runs with the rights of the user who called dibhost instead of as root.
    /// - Throws: `ElementError` that names the command and how it ended.
    public func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil, asUser: Bool = false
    ) throws {
        _ = try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input,
            flags: flags(capture: false, asUser: asUser)
        ).runToSuccess(services)
    }

    /// Runs a program on the build host and returns its standard output; any end but exit status 0
    /// is an error.
    public func output(
        of program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil, asUser: Bool = false
    ) throws -> String {
        try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input,
            flags: flags(capture: true, asUser: asUser)
        ).runToSuccess(services)
    }

    /// Runs a program on the build host and returns how it ended and what it wrote to standard
    /// output.
    public func result(
        of program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil, asUser: Bool = false
    ) throws -> (end: ProgramEnd, output: String) {
        try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input,
            flags: flags(capture: true, asUser: asUser)
        ).run(services)
    }

    /// Opens a file of the user who called dibhost, with that user's rights, for reading; the
    /// caller closes it.
    ///
    /// - Parameter path: A path on the build host; a leading "~/" is the user's home folder.
    /// - Returns: A descriptor, or nil when there is no such file.
    /// - Throws: `ElementError` when the user may not read it, or when it is no regular file.
    public func openUserFile(_ path: String) throws -> Int32? {
        guard let open = services.openUserFile else { throw services.missing("open_user_file") }
        let descriptor = open(services.state, path)
        if descriptor == -ENOENT { return nil }
        guard descriptor >= 0 else {
            throw ElementError("cannot read '\(path)' as the user: \(systemText(descriptor))")
        }
        return descriptor
    }

    /// Reads a file of the user who called dibhost, with that user's rights; nil when there is no
    /// such file.
    public func readUserFile(_ path: String) throws -> String? {
        guard let descriptor = try openUserFile(path) else { return nil }
        defer { close(descriptor) }
        return String(decoding: try readAll(descriptor, path), as: UTF8.self)
    }

    private func flags(capture: Bool, asUser: Bool) -> dib_run_flag {
        dib_run_flag(
            rawValue: (capture ? DIB_RUN_CAPTURE.rawValue : 0)
                | (asUser ? DIB_RUN_AS_USER.rawValue : 0))
    }
}
