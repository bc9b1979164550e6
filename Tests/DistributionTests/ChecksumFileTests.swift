// SPDX-License-Identifier: Apache-2.0

import ElementAPI
import OperatingSystem
import Testing

struct ChecksumFileTests {
    private static let short = String(repeating: "ab", count: 32)
    private static let other = String(repeating: "cd", count: 32)
    private static let long = String(repeating: "ef", count: 64)

    @Test(arguments: [
        "\(short)  image.img", "\(short) *image.img", "\(short.uppercased())  ./folder/image.img\r",
        "SHA256 (image.img) = \(short)", "# image.img: 5 bytes\nSHA256 (image.img) = \(short)",
        "\(other)  other.img\n\(short) *image.img\n",
    ])
    func `each form of a line is understood`(text: String) throws {
        let digest = try ChecksumFile(text).digest(of: "image.img", isOfOneFile: false)
        #expect(digest?.description == "sha256:\(Self.short)")
    }

    @Test func `the strongest digest is taken`() throws {
        let text = "SHA256 (i) = \(Self.short)\nSHA512 (i) = \(Self.long)\n"
        let digest = try ChecksumFile(text).digest(of: "i", isOfOneFile: false)
        #expect(digest?.description == "sha512:\(Self.long)")
    }

    @Test(arguments: [
        "d41d8cd98f00b204e9800998ecf8427e  image.img",
        "MD5 (image.img) = d41d8cd98f00b204e9800998ecf8427e",
        "SHA512 (image.img) = \(short)", "\(short)x  image.img", "\(short)", "",
    ])
    func `weak and malformed digests are none`(text: String) throws {
        #expect(try ChecksumFile(text).digest(of: "image.img", isOfOneFile: false) == nil)
    }

    @Test func `a file of one image may call it by another name, and a list may not`() throws {
        let file = ChecksumFile("\(Self.short)  image-build7.img\n")
        #expect(try file.digest(of: "image.img", isOfOneFile: false) == nil)
        #expect(try file.digest(of: "image.img", isOfOneFile: true)?.hex == Self.short)
        let list = ChecksumFile("\(Self.short)  a.img\n\(Self.other)  b.img\n")
        #expect(try list.digest(of: "image.img", isOfOneFile: true) == nil)
    }

    @Test func `two digests of one file are an error`() throws {
        let file = ChecksumFile("\(Self.short)  i\nSHA256 (i) = \(Self.other)\n")
        #expect(throws: ElementError("the checksum file has two digests of 'i'")) {
            try file.digest(of: "i", isOfOneFile: false)
        }
    }
}
