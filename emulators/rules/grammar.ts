/**
 * The grammar of the rules language, for Peggy; its actions build the nodes of `ast.ts`. No two
 * alternatives begin with the same expression, or nested expressions would be parsed 2^depth times.
 * Source: "Get started with Firebase Security Rules: the language" and the rules reference
 * (firebase.google.com/docs/rules/rules-language, /docs/reference/rules).
 */
export const grammar = String.raw`
{{
  const binary = (head, tail) =>
    tail.reduce(
      (left, [operator, right]) =>
        ({ kind: 'binary', operator, left, right, at: left.at, from: left.from, to: right.to }),
      head,
    );
}}
{
  const here = () => {
    const { line, column } = location().start;
    return { line, column };
  };
  const expression = (shape) => {
    const { start, end } = location();
    const at = { line: start.line, column: start.column };
    return { ...shape, at, from: start.offset, to: end.offset };
  };
  // What follows an expression and makes a larger one of it.
  const step = (shape) => ({ ...shape, to: range().end });
  const literal = (value) => expression({ kind: 'literal', value });
}

File
  = _ version:Version? items:(@(Function / Service) _)*
    { return { rulesVersion: version ?? 1, items }; }

Version
  = "rules_version" _ "=" _ version:StringText _ ";"? _
    {
      if (version !== '1' && version !== '2') error("rules_version must be '1' or '2'");
      return Number(version);
    }

Service
  = "service" __ service:$(Name ("." Name)*) _ "{" _ body:(@(Function / Match / BarePath) _)* "}"
    { return { kind: 'service', service, body, at: here() }; }

BarePath = &"/" . { error("Missing 'match' keyword before path."); }

Match
  = "match" __ pattern:PatternPart+ _ "{" _ body:(@(Function / Allow / Match / BarePath) _)* "}"
    { return { kind: 'match', pattern, body, at: here() }; }

PatternPart = "/" segment:PatternSegment { return { ...segment, at: here() }; }

PatternSegment "path segment"
  = "{" _ name:Identifier _ "=" _ "**" _ "}" { return { kind: 'glob', name }; }
  / "{" _ name:Identifier _ ("=" _ "*" _)? "}" { return { kind: 'single', name }; }
  / text:$[^/{} \t\r\n;]+ { return { kind: 'fixed', text }; }

Allow
  = "allow" __ methods:Methods _ condition:(":" _ "if" !NamePart _ @(NoCondition / Expression) _)? ";"
    { return { kind: 'allow', methods, condition, at: here() }; }

NoCondition = &";" . { error("Missing conditional expression after 'if'."); }

Methods = head:Method tail:(_ "," _ @Method)* { return [head, ...tail]; }

Method "method (read, write, get, list, create, update or delete)"
  = @$("read" / "write" / "get" / "list" / "create" / "update" / "delete") !NamePart

Function
  = "function" __ name:Named _ "(" _ parameters:Parameters _ ")" _ "{" _
    bindings:(@Let _)*
    "return" !NamePart _ result:Expression _ (";" _)? "}"
    { return { kind: 'function', ...name, parameters, bindings, result }; }

Parameters
  = head:Named tail:(_ "," _ @Named)* { return [head, ...tail]; }
  / "" { return []; }

Let
  = "let" __ name:Named _ "=" _ value:Expression _ ";" { return { ...name, value }; }

Named = name:Identifier { return { name, at: here() }; }

Expression
  = condition:Or choice:(_ "?" _ @Expression _ ":" _ @Expression)?
    {
      if (!choice) return condition;
      const [then, otherwise] = choice;
      return expression({ kind: 'ternary', condition, then, otherwise });
    }

Or = head:And tail:(_ @"||" _ @And)* { return binary(head, tail); }
And = head:Equality tail:(_ @"&&" _ @Equality)* { return binary(head, tail); }
Equality = head:Membership tail:(_ @("==" / "!=") _ @Membership)* { return binary(head, tail); }

Membership
  = head:Comparison
    tail:(
      _ "in" !NamePart _ right:Comparison { return { right }; }
      / _ "is" !NamePart _ typeName:Name { return { typeName, to: range().end }; }
    )*
    {
      return tail.reduce(
        (operand, { right, typeName, to }) =>
          right
            ? binary(operand, [['in', right]])
            : { kind: 'is', operand, typeName, at: operand.at, from: operand.from, to },
        head,
      );
    }

Comparison
  = head:Sum tail:(_ @$("<=" / ">=" / "<" / ">") _ @Sum)* { return binary(head, tail); }
Sum = head:Product tail:(_ @$("+" / "-") _ @Product)* { return binary(head, tail); }
Product = head:Unary tail:(_ @(Times / BarePath) _ @Unary)* { return binary(head, tail); }
Times = "*" / "%" / @"/" [ \t\r\n]

Unary
  = operator:$("!" / "-") _ operand:Unary
    { return expression({ kind: 'unary', operator, operand }); }
  / Postfix

Postfix
  = head:Primary
    tail:(
      _ "." _ name:Name args:(_ @Arguments)?
        { return step(args ? { kind: 'method', name, args } : { kind: 'member', name }); }
      / _ "[" _ index:Expression end:(_ ":" _ @Expression)? _ "]"
        { return step(end ? { kind: 'range', start: index, end } : { kind: 'index', index }); }
    )*
    {
      return tail.reduce(
        (object, step) => ({ ...step, object, at: object.at, from: object.from }),
        head,
      );
    }

Arguments = "(" _ args:Expressions _ ")" { return args; }

Expressions
  = head:Expression tail:(_ "," _ @Expression)* (_ ",")? { return [head, ...tail]; }
  / "" { return []; }

Primary
  = "(" _ inner:Expression _ ")"
    { return expression({ ...inner, groups: (inner.groups ?? 0) + 1 }); }
  / Literal
  / List
  / Map
  / Path
  / name:Identifier args:(_ @Arguments)?
    { return expression(args ? { kind: 'call', name, args } : { kind: 'variable', name }); }

List = "[" _ items:Expressions _ "]" { return expression({ kind: 'list', items }); }

Map
  = "{" _ entries:Entries _ "}" { return expression({ kind: 'map', entries }); }

Entries
  = head:Entry tail:(_ "," _ @Entry)* (_ ",")? { return [head, ...tail]; }
  / "" { return []; }

Entry = key:Expression _ ":" _ value:Expression { return [key, value]; }

Path
  = parts:("/" @PathPart)+ "/"? { return expression({ kind: 'path', parts }); }

PathPart "path segment"
  = "$(" _ @Expression _ ")"
  / $("(" [A-Za-z0-9_-]+ ")")
  / $[A-Za-z0-9_~%@-]+

Literal
  = "null" !NamePart { return literal({ type: 'null' }); }
  / "true" !NamePart { return literal({ type: 'bool', value: true }); }
  / "false" !NamePart { return literal({ type: 'bool', value: false }); }
  / Number
  / "b" parts:BytesText
    {
      const value = Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));
      return literal({ type: 'bytes', value });
    }
  / value:StringText { return literal({ type: 'string', value }); }

Number "number"
  = text:$([0-9]+ "." [0-9]+ Exponent? / [0-9]+ Exponent) !NamePart
    { return literal({ type: 'float', value: Number(text) }); }
  / text:$[0-9]+ !NamePart
    {
      const value = BigInt(text);
      if (value > 9223372036854775807n) error('Integer is out of range.');
      return literal({ type: 'int', value });
    }

Exponent = [eE] [+-]? [0-9]+

StringText "string"
  = "'" characters:(Escape / $[^'\\\r\n])* "'" { return characters.join(''); }
  / '"' characters:(Escape / $[^"\\\r\n])* '"' { return characters.join(''); }

BytesText
  = "'" parts:(Octet / Escape / $[^'\\\r\n])* "'" { return parts; }
  / '"' parts:(Octet / Escape / $[^"\\\r\n])* '"' { return parts; }

Octet
  = "\\x" digits:$(Hex Hex) { return [parseInt(digits, 16)]; }
  / "\\" digits:Octal { return [parseInt(digits, 8)]; }

Escape
  = "\\" @(
      "n" { return '\n'; }
      / "r" { return '\r'; }
      / "t" { return '\t'; }
      / "b" { return '\b'; }
      / "f" { return '\f'; }
      / "u" digits:$(Hex Hex Hex Hex) { return String.fromCharCode(parseInt(digits, 16)); }
      / "x" digits:$(Hex Hex) { return String.fromCharCode(parseInt(digits, 16)); }
      / digits:Octal { return String.fromCharCode(parseInt(digits, 8)); }
      / ["'\\]
    )

Hex = [0-9a-fA-F]
Octal = $([0-3] [0-7] [0-7])

Identifier "name" = !(Keyword !NamePart) @Name
Keyword
  = "true" / "false" / "null" / "in" / "is" / "if" / "return" / "let" / "function" / "match"
  / "allow" / "service"
Name "name" = $([A-Za-z_] NamePart*)
NamePart = [A-Za-z0-9_]

_ "space" = ([ \t\r\n] / Comment)*
__ "space" = ([ \t\r\n] / Comment)+
Comment = "//" [^\r\n]* / "/*" (!"*/" .)* "*/"
`;
