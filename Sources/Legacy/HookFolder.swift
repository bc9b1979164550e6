// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import Planning
package import SystemPackage

/// The one folder (TMP_HOOKS_PATH) that the hooks of all elements are merged into and run from.
///
/// Each folder at the top of an element, such as install.d or bin, is merged with those of the same name; each file
/// there, such as element-deps or pkg-map, is copied, the later element's over the earlier one's. Hooks may add files
/// to it while a build runs, and elements rely on that, so a phase's list is made when the phase starts.
package struct HookFolder: Sendable {
    /// Where the folder is bound, read-only, while a phase runs inside the chroot.
    package static let pathInChroot: FilePath = "/tmp/in_target.d"

    /// The folder, as the host sees it.
    package let path: FilePath
    /// The element of each hook file that assembly copied: "install.d/10-name" and so on.
    let owners: [String: String]

    init(path: FilePath, owners: [String: String]) {
        self.path = path
        self.owners = owners
    }

    /// Whether there is a file that is sourced before hooks.
    package var hasEnvironment: Bool {
        get throws { try !RunParts.entries(of: path.appending("environment.d")).isEmpty }
    }

    /// Tells hooks that start from now on what elements are installed from, unless one of them says it itself.
    package func addInstallType(
        _ type: BuildRequest.InstallType, user: Command.Credentials? = nil
    ) throws {
        var files = UserFiles(user: user)
        let folder = path.appending("environment.d")
        let name = "DIB_DEFAULT_INSTALLTYPE"
        files.addFolder(folder)
        files.addFile(
            folder.appending("11-dib-install-type.bash"),
            "export \(name)=${\(name):-\(type.rawValue)}\n")
        try files.make()
    }

    /// The hooks of a phase as they are now, in order.
    ///
    /// `pattern` is the caller's RUN_PARTS_REGEX, if there is one.
    package func hooks(of phase: Phase, pattern: String? = nil) throws -> [LegacyHook] {
        let name = "\(phase.rawValue).d"
        return try RunParts.list(path.appending(name), pattern: pattern).map {
            LegacyHook(phase: phase, name: $0, element: owners["\(name)/\($0)"], folder: path)
        }
    }

    /// Why some files of a phase's folder never run.
    package func ignoredFiles(of phase: Phase, pattern: String? = nil) throws -> [String] {
        try RunParts.ignored(path.appending("\(phase.rawValue).d"), pattern: pattern)
    }
}
