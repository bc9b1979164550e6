// SPDX-License-Identifier: Apache-2.0

/// A kind of output that `-t` names.
package enum OutputFormat: String, CaseIterable, Codable, Sendable {
    case qcow2
    case raw
    case tar

    /// The file name's ending, without the dot.
    package var fileExtension: String { rawValue }

    /// Whether this format holds a disk or file-system image, rather than the tree itself.
    package var isDiskImage: Bool { self != .tar }
}
