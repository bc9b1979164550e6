// SPDX-License-Identifier: Apache-2.0

internal import CElement
internal import Glibc

/// What a hook can do that runs in the chroot, where the target tree is "/".
public protocol ChrootContext: HookContext {}

extension ChrootContext {
    /// Runs a program in the chroot; its output goes to the build's log and any end but exit status
    /// 0 is an error.
    ///
    /// - Parameters:
    ///   - program: A path, or a name that is looked up in PATH.
    ///   - arguments: The arguments after the program's name.
    ///   - environment: Variables on top of the build's in-chroot environment.
    ///   - input: Standard input; nil is an empty one.
    /// - Throws: `ElementError` that names the command and how it ended.
    public func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil
    ) throws {
        _ = try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input
        ).runToSuccess(services)
    }

    /// Runs a program in the chroot and returns its standard output; any end but exit status 0 is
    /// an error.
    public func output(
        of program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil
    ) throws -> String {
        try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input,
            flags: DIB_RUN_CAPTURE
        ).runToSuccess(services)
    }

    /// Runs a program in the chroot and returns how it ended.
    public func status(
        of program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        input: String? = nil
    ) throws -> ProgramEnd {
        try ProgramRun(
            program: program, arguments: arguments, environment: environment, input: input
        ).run(services).end
    }

    /// Installs packages by the distribution's names.
    ///
    /// Names that the manifest lists need no call: they are installed
    /// together with the base system, which is faster.
    public func installPackages(_ names: [String]) throws {
        guard let install = services.installPackages else {
            throw services.missing("install_packages")
        }
        var result = dib_run_result()
        result.size = UInt32(MemoryLayout<dib_run_result>.size)
        let error = withCStrings(names) { install(services.state, $0, &result) }
        guard error != ENOENT else {
            throw ElementError(
                "cannot install packages: the operating system's element brings no 'install-packages'",
                hint: "Add an operating-system element such as debian.")
        }
        let what = "packages '\(names.joined(separator: " "))'"
        guard error == 0 else {
            throw ElementError("cannot install \(what): \(systemText(error))")
        }
        let end = ProgramEnd(result)
        guard end.isSuccess else { throw ElementError("cannot install \(what): \(end)") }
    }
}
