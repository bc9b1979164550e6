// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no JSON document, and where.
struct JSONFault: Error, Equatable {
    /// The innermost value that was being read.
    var path: JSONPath
    /// The rest of a sentence that begins with the path.
    var problem: String
}
