// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no frame.
package enum FrameError: Error, Equatable, Sendable {
    /// A field reaches beyond the end of its frame.
    case truncated
    /// Bytes follow the last field.
    case trailingBytes
    /// The length is above the limit.
    case tooLong(UInt32)
    /// The kind of frame, or of failure, has no meaning here.
    case unknownKind
}

extension FrameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "a message ends within a field"
        case .trailingBytes: "a message has bytes behind its last field"
        case .tooLong(let length): "a message says that it is \(length) bytes long"
        case .unknownKind: "a message is of an unknown kind"
        }
    }
}
