// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system Ubuntu; what it does in each phase is DebianSystem's.
struct Ubuntu: DebianSystem {
    static let family = DebianFamily.ubuntu
    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) throws {
        self.parameters = parameters
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Ubuntu.self, host)
}
