// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The system's clock.
package enum SystemTime {
    /// Whole seconds since 1970.
    package static var now: Int64 { Int64(time(nil)) }
}
