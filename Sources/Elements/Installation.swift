// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import SystemPackage

/// Where the files of this dibhost lie, found from the program that runs, so that the whole tree can be moved.
///
///     PREFIX/bin/dibhost
///     PREFIX/libexec/dibhost/     dibhost-worker, dibhost-init, swift-backtrace
///     PREFIX/lib/dibhost/         plugins/, swift/ (the Swift runtime), sdk/
///     PREFIX/share/dibhost/       elements/
///
/// Where it was built, the programs lie in one folder and the other folders do not exist.
package enum Installation {
    /// The folder of the running dibhost file, symbolic links resolved; nil without a mounted /proc.
    package static var programFolder: FilePath? {
        SymbolicLink.target(of: "/proc/self/exe")?.removingLastComponent()
    }

    /// The native elements that came with this program; nil when none did.
    package static var pluginFolder: FilePath? { folder("lib/dibhost/plugins") }

    /// The shell elements that came with this program; nil when none did.
    package static var shellElementFolder: FilePath? { folder("share/dibhost/elements") }

    /// What elements are written with, as it came with this program; nil when it did not.
    package static var sdkFolder: FilePath? { folder("lib/dibhost/sdk") }

    /// A program of dibhost's own: beside this one, or in ../libexec/dibhost.
    ///
    /// - Throws: `BuildError` with status 3 when it is in neither place.
    package static func program(_ name: String) throws -> FilePath {
        let places = places(of: name)
        if let place = places.first(where: isProgram) { return place }
        throw BuildError(
            .environment, "cannot find the program '\(name)'",
            detail: places.map { "no file " + $0.string }.joined(separator: "\n"),
            hint: places.isEmpty
                ? "Mount /proc: mount -t proc proc /proc"
                : "Install dibhost again: its programs lie beside it or in ../libexec/dibhost.")
    }

    /// The same for a program that need not be there.
    static func optionalProgram(_ name: String) -> FilePath? {
        places(of: name).first(where: isProgram)
    }

    private static func places(of name: String) -> [FilePath] {
        guard let folder = programFolder else { return [] }
        return [
            folder.appending(name),
            folder.removingLastComponent().appending("libexec/dibhost").appending(name),
        ]
    }

    private static func isProgram(_ path: FilePath) -> Bool {
        guard let status = try? path.stat() else { return false }
        return status.type == .regular && status.permissions.contains(.ownerExecute)
    }

    private static func folder(_ path: String) -> FilePath? {
        guard let folder = programFolder?.removingLastComponent().appending(path),
            let status = try? folder.stat(), status.type == .directory
        else { return nil }
        return folder
    }
}
