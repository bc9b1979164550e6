// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

private let order = WorkOrder(
    element: "debian", phase: 1, expectedPhases: [1, 4], parameters: ["release": "bookworm"],
    values: ["build.packages": "bash\ncoreutils", "empty": ""], environment: ["PATH": "/bin"],
    hasTree: true, isInChroot: false,
    user: .init(name: "ann", id: 1000, group: 1001, groups: [1001, 27], home: "/home/ann"),
    purpose: .trial)

/// The same with a plain C function that has every kind of argument.
private let calling: WorkOrder = {
    var order = order
    order.layout = "[]\n"
    order.call = FunctionCall(
        symbol: "nic_install", result: .int32,
        arguments: FunctionCall.Integer.allCases.map { .integer($0, .max) } + [
            .integer(.int8, 0x80), .float(-0.1), .double(.leastNonzeroMagnitude), .boolean(true),
            .text("Grüße"), .text(""), .text(nil), .bytes("a\0b"), .bytes(nil), .tree,
            .service("host.log"),
        ])
    return order
}()

@Test func anOrderSurvivesItsEncoding() throws {
    for order in [order, calling] { #expect(try WorkOrder(encoded: order.encoded) == order) }
    var silent = calling
    silent.call?.result = nil
    #expect(try WorkOrder(encoded: silent.encoded) == silent)
}

@Test func anOrderThatIsCutShortIsRefused() {
    let bytes = calling.encoded
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
