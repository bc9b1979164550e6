// SPDX-License-Identifier: Apache-2.0

/// The version of dibhost, in plans and in the record inside an image.
package enum ProgramVersion {
    package static let text = "0.1.0"
}
