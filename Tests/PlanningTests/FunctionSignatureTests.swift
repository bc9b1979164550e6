// SPDX-License-Identifier: Apache-2.0

import Planning
import Testing

@Test(arguments: [
    ("i32()", "i32()"), (" void ( ) ", "void()"),
    ("i32(path,str,u64,bool)", "i32(path,str,u64,bool)"),
    ("u8( i8 , bytes,f32 )", "u8(i8,bytes,f32)"),
    ("i64(fd,fn(i32,str)->void,f64)", "i64(fd,fn(i32,str)->void,f64)"),
    ("void(fn ( ) -> str)", "void(fn()->str)"),
])
private func aSignatureIsReadAndPrintedInOneSpelling(text: String, printed: String) throws {
    let signature = try FunctionSignature(text)
    #expect(signature.description == printed)
    #expect(try FunctionSignature(printed) == signature)
}

@Test func everyTypeIsAnArgument() throws {
    for type in CType.allCases where type != .void {
        #expect(
            try FunctionSignature("i32(\(type.rawValue))").arguments == [.value(type)])
    }
}

/// A text that is no signature, and what is said of it.
private struct Malformed: Sendable, CustomTestStringConvertible {
    var text: String
    var fault: SignatureFault
    var testDescription: String { text }

    init(_ text: String, _ position: Int, _ problem: String, _ hint: String? = nil) {
        self.text = text
        fault = SignatureFault(position: position, problem, hint: hint)
    }
}

private let types =
    "Types are: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool, str, path, bytes, fd, void, fn."
private let results = "It returns an integer, such as i32, where 0 is success, or void."

private let malformed = [
    Malformed("", 1, "the type of the result is missing"),
    Malformed("   ", 4, "the type of the result is missing"),
    Malformed("(i32)", 1, "the type of the result is missing"),
    Malformed("i32", 4, "'(' is missing"),
    Malformed("i32 path)", 5, "'(' is missing"),
    Malformed("i32(", 5, "a type is missing"),
    Malformed("i32(path", 9, "',' or ')' is missing"),
    Malformed("i32(path str)", 10, "',' or ')' is missing"),
    Malformed("i32(path,)", 10, "a type is missing"),
    Malformed("i32(,path)", 5, "a type is missing"),
    Malformed("i32(path,strr)", 10, "'strr' is no type", "Did you mean 'str'? \(types)"),
    Malformed("i32(elephant)", 5, "'elephant' is no type", types),
    Malformed("i32(I32)", 5, "'I32' is no type", "Did you mean 'i32'? \(types)"),
    Malformed("int(path)", 1, "'int' is no type", "It is called 'i32' here."),
    Malformed("i32(size_t)", 5, "'size_t' is no type", "It is called 'u64' here."),
    Malformed(
        "i32(char *)", 5, "'char' is no type", "It is called 'i8' here, and 'char *' is 'str'."),
    Malformed("i32(...)", 5, "a type is missing"),
    Malformed("i32(größe)", 5, "'größe' is no type", types),
    Malformed("i32(path));", 10, "')' follows the last ')'"),
    Malformed("str(path)", 1, "'str' is not what the function of a hook returns", results),
    Malformed("fn(i32)->i32", 1, "'fn' is not what the function of a hook returns", results),
    Malformed(
        "i32(void)", 5, "'void' is the type of a result only",
        "A function without arguments has nothing between its brackets."),
    Malformed("i32(fn)", 7, "'(' is missing"),
    Malformed("i32(fn(i32))", 12, "'->' and the type of the result are missing"),
    Malformed("i32(fn(i32)->)", 14, "the type of the result is missing"),
    Malformed("i32(fn(i32)->bytes)", 14, "no function returns 'bytes'"),
    Malformed(
        "i32(fn(fn()->i32)->i32)", 8, "a function type stands within another one",
        "No service of the host takes a function."),
    Malformed(
        "i32(" + Array(repeating: "i8", count: 33).joined(separator: ",") + ")", 101,
        "there are more than 32 arguments"),
    Malformed(
        "i32(" + String(repeating: " ", count: 1000) + ")", 1000,
        "the text goes on after 1000 characters"),
]

@Test(arguments: malformed)
private func aFaultInASignatureIsNamedByItsPlace(case malformed: Malformed) {
    #expect(throws: malformed.fault) { try FunctionSignature(malformed.text) }
}

/// Every cut of a signature, and every change of one character.
@Test func aDamagedSignatureIsReadOrNamesAPlaceInIt() throws {
    let whole = Array("i32(path,bytes,fn(i32,str)->void,u64)")
    var texts = whole.indices.map { String(whole[..<$0]) }
    for index in whole.indices {
        for character in "(),->x 9é\0" {
            var text = whole
            text[index] = character
            texts.append(String(text))
        }
    }
    for text in texts {
        let signature: FunctionSignature
        do {
            signature = try FunctionSignature(text)
        } catch {
            #expect((1...text.count + 1).contains(error.position), "\(text)")
            continue
        }
        #expect(try FunctionSignature(signature.description) == signature)
    }
}
