// SPDX-License-Identifier: Apache-2.0

internal import CElement

extension HostServices {
    /// The disk layout as the host hands it out.
    ///
    /// - Throws: `ElementError` in a phase without one.
    var layout: DiskLayout {
        get throws {
            guard let read = diskLayout else { throw missing("disk_layout") }
            guard let text = read(state) else {
                throw ElementError("there is no disk layout in this phase")
            }
            return try DiskLayout(text: String(cString: text))
        }
    }
}
