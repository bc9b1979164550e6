// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// A disk with a GPT and a BIOS boot partition, as the original lays it out.
///
/// All of it stands in manifest.json; there is nothing to run.
struct BlockDeviceGPT: Element {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(BlockDeviceGPT.self, host)
}
