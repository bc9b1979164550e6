// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import SystemPackage

/// The container engine of the build host: docker, or podman, which takes the same arguments.
package enum ContainerEngine {
    /// The engine's program; nil where none is installed.
    package static func find(path: String) -> FilePath? {
        HostProgram.find("docker", path: path) ?? HostProgram.find("podman", path: path)
    }

    /// Loads an archive that `docker save` could have written, as the user that the images belong to.
    package static func load(
        _ archive: FilePath, with engine: FilePath, as user: Command.Credentials?,
        limits: Command.Limits
    ) throws {
        var command = Command(engine.string, ["load", "--input", archive.string])
        command.credentials = user
        try command.checkedOutput(limits: limits)
    }
}
