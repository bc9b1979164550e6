// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// Mounts what is on a loop device of the build.
package enum VolumeMount {
    /// Mounts the file system on `device` over `folder`; `name` is what a message calls it.
    ///
    /// Ids derive from a build's inputs, so another build of the same image may have the same file system mounted at this
    /// moment. XFS refuses an id that is mounted anywhere on the machine unless it is told not to look (xfs(5), nouuid).
    package static func make(
        _ type: FileSystemType, on device: FilePath, over folder: FilePath, name: String
    ) throws -> Mount {
        do {
            let mount = try Mount.fileSystem(
                type.rawValue, source: device.string, options: type == .xfs ? ["nouuid"] : [])
            let target = OwnedDescriptor(
                try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]))
            try mount.attach(to: target.descriptor)
            return mount
        } catch let error as Errno {
            throw BuildError(
                .buildFailed, "cannot mount the \(type.rawValue) of \(name)",
                hint: "Check that the kernel knows this file system.", cause: error.description)
        }
    }
}
