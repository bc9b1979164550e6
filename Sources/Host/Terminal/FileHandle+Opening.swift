// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import Planning
import SystemPackage

extension FileHandle {
    /// Opens a file with the rights of `user`, who may have called this process through sudo: root must not write for
    /// them where they could not write themselves.
    convenience init(
        opening path: String, flags: Int32, as user: BuildRequest.InvokingUser
    ) throws(Errno) {
        let rights = Command.Credentials(user: user.id, group: user.group, groups: user.groups)
        let file = try FileDescriptor.open(path, as: rights, flags: flags, mode: 0o644)
        self.init(fileDescriptor: file.rawValue, closeOnDealloc: true)
    }
}
