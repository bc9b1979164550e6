// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

private let order = WorkOrder(
    element: "debian", phase: 1, expectedPhases: [1, 4], parameters: ["release": "bookworm"],
    values: ["build.packages": "bash\ncoreutils", "empty": ""], environment: ["PATH": "/bin"],
    hasTree: true, isInChroot: false,
    user: .init(name: "ann", id: 1000, group: 1001, groups: [1001, 27], home: "/home/ann"))

@Test func anOrderSurvivesItsEncoding() throws {
    #expect(try WorkOrder(encoded: order.encoded) == order)
}

@Test func anOrderThatIsCutShortIsRefused() {
    let bytes = order.encoded
    for length in bytes.indices {
        #expect(throws: FrameError.self) { try WorkOrder(encoded: Array(bytes[..<length])) }
    }
}

@Test(arguments: [
    ([UInt8](repeating: 0, count: 100), FrameError.unknownKind),
    (order.encoded + [0], .trailingBytes),
])
func anythingElseIsNoOrder(bytes: [UInt8], error: FrameError) {
    #expect(throws: error) { try WorkOrder(encoded: bytes) }
}
