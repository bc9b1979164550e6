// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A file system whose changes go to another place, overlayfs.
package enum OverlayMount {
    /// A view of what lies in the folder `lower`, mounted nowhere yet.
    ///
    /// Changes go to `folder`/upper; `folder`/work is the kernel's. Both are made, on a file system that keeps extended
    /// attributes, such as tmpfs. What is mounted below `lower` is not seen.
    package static func make(
        lower: FileDescriptor, in folder: FilePath, source: String
    ) throws(Errno) -> Mount {
        var status = stat()
        try check(fstat(lower.rawValue, &status))
        let upper = folder.appending("upper").string
        let work = folder.appending("work").string
        for path in [folder.string, upper, work] { try check(mkdir(path, 0o755)) }
        // The root folder has the owner and the mode of the upper one.
        try check(chown(upper, status.st_uid, status.st_gid))
        try check(chmod(upper, status.st_mode & 0o7777))
        return try Mount.fileSystem(
            "overlay", source: source,
            options: [
                // A path that nobody can redirect, whatever lies over the folder by now.
                "lowerdir=/proc/self/fd/\(lower.rawValue)", "upperdir=\(upper)", "workdir=\(work)",
                "index=off", "metacopy=off", "redirect_dir=off",
            ])
    }

    private static func check(_ result: Int32) throws(Errno) {
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
