//! The header's declarations, read as a C programmer would read them: from the header alone.

/// A function of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub result: String,
    pub name: String,
    pub parameters: Vec<Parameter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Without the name, with one space before the first star: `const char *`.
    pub kind: String,
    pub name: String,
}

impl Parameter {
    pub fn is_pointer(&self) -> bool {
        self.kind.contains('*') || self.kind.ends_with("_callback")
    }
}

/// All functions, in the header's order.
pub fn functions(header: &str) -> Vec<Function> {
    code(header)
        .split(';')
        .filter_map(|statement| function(statement.trim()))
        .collect()
}

/// The value of a `#define`, without its parentheses.
pub fn constant(header: &str, name: &str) -> Option<i64> {
    header.lines().find_map(|line| {
        let value = line
            .strip_prefix("#define ")?
            .strip_prefix(name)?
            .strip_prefix(' ')?;
        value.trim_matches(['(', ')']).parse().ok()
    })
}

/// Without comments and without lines for the preprocessor.
fn code(header: &str) -> String {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").unwrap().1;
    }
    code += rest;
    let lines = code.lines().filter(|line| !line.starts_with('#'));
    let mut code = lines.collect::<Vec<_>>().join(" ");
    // The brace of extern "C" opens no function.
    code = code.replacen("extern \"C\" {", "", 1);
    code
}

fn function(statement: &str) -> Option<Function> {
    let (head, parameters) = statement.strip_suffix(')')?.split_once('(')?;
    let (result, name) = typed(head);
    if !name.starts_with("apsfetch_") {
        return None;
    }
    let parameters = match parameters.trim() {
        "void" => Vec::new(),
        list => list
            .split(',')
            .map(|parameter| {
                let (kind, name) = typed(parameter);
                Parameter { kind, name }
            })
            .collect(),
    };
    Some(Function {
        result,
        name,
        parameters,
    })
}

/// Divides a declaration into type and name.
fn typed(declaration: &str) -> (String, String) {
    let declaration = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = declaration.rfind([' ', '*']).unwrap() + 1;
    let (kind, name) = declaration.split_at(at);
    (kind.trim().to_owned(), name.to_owned())
}
