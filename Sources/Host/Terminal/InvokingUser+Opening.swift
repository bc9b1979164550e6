// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Planning
import SystemPackage

extension BuildRequest.InvokingUser {
    /// Opens a file with the rights of this user, who may have called this process through sudo: root must not write
    /// for them where they could not write themselves.
    func open(_ path: String, flags: Int32) throws(Errno) -> OwnedDescriptor {
        let rights = Command.Credentials(user: id, group: group, groups: groups)
        return OwnedDescriptor(
            try FileDescriptor.open(path, as: rights, flags: flags, mode: 0o644))
    }
}
