// SPDX-License-Identifier: Apache-2.0

package import Planning
package import SystemPackage

/// One script of a shell element, as it stands in the hook folder.
package struct LegacyHook: Equatable, Sendable {
    package let phase: Phase
    /// The file's name, which is also its sort name.
    package let name: String
    /// The element that brought it; nil for one that a hook added while the build ran.
    package let element: String?
    /// The hook folder that it stands in.
    package let folder: FilePath

    /// The script as the host sees it.
    package var path: FilePath { folder.appending("\(phase.rawValue).d").appending(name) }
}
