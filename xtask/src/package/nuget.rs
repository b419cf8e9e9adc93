//! The NuGet package, as `dotnet pack` of bindings/csharp/ApsFetch lays it out, for machines without the .NET SDK.
//!
//! The assemblies are what two compilers make of the same sources: see [`FRAMEWORKS`].

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::archive::Files;
use super::platform::Platform;
use super::{VERSION, native};
use crate::project;

/// A folder of assemblies in the package.
struct Framework {
    name: &'static str,
    /// What the assembly says it is for.
    moniker: &'static str,
    /// As in the nuspec.
    group: &'static str,
    /// The compiler that is named by this variable, or has this name on `PATH`.
    variable: &'static str,
    compiler: &'static str,
}

/// There is no reference assembly of .NET Standard without NuGet. The one assembly is compiled against that of .NET Framework
/// 4.8, uses what .NET 8 has, too, and is tried on both: it is no wider than .NET Standard 2.0 as far as it is used.
const FRAMEWORKS: [Framework; 2] = [
    Framework {
        name: "netstandard2.0",
        moniker: ".NETStandard,Version=v2.0",
        group: ".NETStandard2.0",
        variable: "CSC_NET48",
        compiler: "csc-net48",
    },
    Framework {
        name: "net8.0",
        moniker: ".NETCoreApp,Version=v8.0",
        group: "net8.0",
        variable: "CSC_NET8",
        compiler: "csc-net8",
    },
];

/// The compilers that are missing here, by name.
pub(super) fn missing() -> Vec<&'static str> {
    FRAMEWORKS
        .iter()
        .filter(|framework| framework.program().is_none())
        .map(|framework| framework.compiler)
        .collect()
}

/// What the project file says of the package.
struct Project(String);

impl Project {
    fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("ApsFetch.csproj");
        Ok(Self(
            fs::read_to_string(&file).with_context(|| file.display().to_string())?,
        ))
    }

    /// The text of an element that occurs once, as it is in the file: what was escaped stays so.
    fn element(&self, name: &str) -> Result<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (_, rest) = self
            .0
            .split_once(&open)
            .with_context(|| format!("ApsFetch.csproj has no {name}"))?;
        let (text, after) = rest.split_once(&close).context("an element that ends")?;
        ensure!(
            !after.contains(&open),
            "ApsFetch.csproj has more than one {name}"
        );
        Ok(text)
    }
}

/// Makes the package of the native libraries below `natives`, laid out as in the package.
pub(super) fn make(
    natives: &Path,
    platforms: &[&Platform],
    work: &Path,
    output: &Path,
) -> Result<PathBuf> {
    let folder = project::root().join("bindings/csharp/ApsFetch");
    let project = Project::read(&folder)?;
    ensure!(
        project.element("Version")? == VERSION,
        "ApsFetch.csproj has another version than the library, {VERSION}"
    );
    let mut files = Files::default();
    for framework in &FRAMEWORKS {
        let made =
            framework.compile(&folder, &project, &work.join("nuget").join(framework.name))?;
        for name in ["ApsFetch.dll", "ApsFetch.xml"] {
            files.add_file(&format!("lib/{}/{name}", framework.name), &made.join(name))?;
        }
    }
    for platform in platforms {
        let library = natives
            .join(platform.runtime)
            .join("native")
            .join(platform.library);
        files.add_file(&platform.in_nuget(), &library)?;
    }
    for build in ["build", "buildTransitive"] {
        let targets = "ApsFetch.targets";
        files.add_file(
            &format!("{build}/{targets}"),
            &folder.join("build").join(targets),
        )?;
    }
    files.add_file("README.md", &folder.join("../README.md"))?;
    for name in crate::licences::OWN {
        files.add_file(&format!("licenses/{name}"), &project::root().join(name))?;
    }
    files.add_file(
        &format!("licenses/{}", native::THIRD_PARTY),
        &natives.join(native::THIRD_PARTY),
    )?;
    let id = project.element("PackageId")?;
    let nuspec = nuspec(&project)?;
    wrap(&mut files, id, &nuspec, &project)?;
    let package = output.join(format!("{id}.{VERSION}.nupkg"));
    fs::write(&package, files.zip()?)?;
    Ok(package)
}

impl Framework {
    fn program(&self) -> Option<PathBuf> {
        project::on_path(&std::env::var(self.variable).unwrap_or_else(|_| self.compiler.to_owned()))
    }

    fn compile(&self, folder: &Path, project: &Project, made: &Path) -> Result<PathBuf> {
        let program = self
            .program()
            .with_context(|| format!("{} is not on PATH", self.compiler))?;
        fs::create_dir_all(made)?;
        let information = made.join("AssemblyInfo.cs");
        fs::write(&information, self.information(project)?)?;
        let mut sources = Vec::new();
        for sources_of in [folder.to_owned(), folder.join("Interop")] {
            for entry in fs::read_dir(&sources_of)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "cs") {
                    sources.push(path);
                }
            }
        }
        sources.sort();
        let mut compile = project::command(&program.to_string_lossy());
        compile
            .args([
                "-target:library",
                "-unsafe",
                "-warnaserror",
                "-optimize+",
                "-deterministic",
            ])
            .arg(format!("-langversion:{}", project.element("LangVersion")?))
            .arg(format!("-out:{}", made.join("ApsFetch.dll").display()))
            .arg(format!("-doc:{}", made.join("ApsFetch.xml").display()))
            .arg(&information)
            .args(&sources);
        project::succeed(&mut compile).with_context(|| format!("compiling for {}", self.name))?;
        Ok(made.to_owned())
    }

    /// What the .NET SDK would make of the project file.
    fn information(&self, project: &Project) -> Result<String> {
        let mut text = String::new();
        for (attribute, value) in [
            ("Runtime.Versioning.TargetFramework", self.moniker),
            ("Reflection.AssemblyCompany", project.element("Authors")?),
            (
                "Reflection.AssemblyDescription",
                project.element("Description")?,
            ),
            ("Reflection.AssemblyProduct", project.element("PackageId")?),
            ("Reflection.AssemblyTitle", project.element("AssemblyName")?),
            ("Reflection.AssemblyFileVersion", &format!("{VERSION}.0")),
            ("Reflection.AssemblyInformationalVersion", VERSION),
            ("Reflection.AssemblyVersion", &format!("{VERSION}.0")),
        ] {
            ensure!(
                !value.contains(['"', '\\', '&']),
                "{attribute}: {value:?} would need escaping"
            );
            text += &format!("[assembly: System.{attribute}(\"{value}\")]\n");
        }
        Ok(text)
    }
}

fn nuspec(project: &Project) -> Result<String> {
    let groups: String = FRAMEWORKS
        .iter()
        .map(|framework| format!("      <group targetFramework=\"{}\" />\n", framework.group))
        .collect();
    let licence = project.element("PackageLicenseExpression")?;
    Ok(format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>{id}</id>
    <version>{VERSION}</version>
    <authors>{authors}</authors>
    <license type="expression">{licence}</license>
    <licenseUrl>https://licenses.nuget.org/{licence_url}</licenseUrl>
    <readme>{readme}</readme>
    <projectUrl>{url}</projectUrl>
    <description>{description}</description>
    <tags>{tags}</tags>
    <repository type="{kind}" url="{repository}" />
    <dependencies>
{groups}    </dependencies>
  </metadata>
</package>
"#,
        id = project.element("PackageId")?,
        authors = project.element("Authors")?,
        licence_url = licence.replace(' ', "%20"),
        readme = project.element("PackageReadmeFile")?,
        url = project.element("PackageProjectUrl")?,
        description = project.element("Description")?,
        tags = project.element("PackageTags")?,
        kind = project.element("RepositoryType")?,
        repository = project.element("RepositoryUrl")?,
    ))
}

/// What makes a zip a package in the eyes of the Open Packaging Conventions, which older tools insist on.
fn wrap(files: &mut Files, id: &str, nuspec: &str, project: &Project) -> Result<()> {
    const PROPERTIES: &str = "package/services/metadata/core-properties/package.psmdcp";
    files.add(&format!("{id}.nuspec"), nuspec);
    files.add(
        PROPERTIES,
        format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<coreProperties xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:creator>{}</dc:creator>
  <dc:description>{}</dc:description>
  <dc:identifier>{id}</dc:identifier>
  <version>{VERSION}</version>
</coreProperties>
"#,
            project.element("Authors")?,
            project.element("Description")?,
        ),
    );
    files.add(
        "_rels/.rels",
        format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/{id}.nuspec" Id="R1" />
  <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/{PROPERTIES}" Id="R2" />
</Relationships>
"#
        ),
    );
    let mut types = String::new();
    for (extension, kind) in [
        (
            "rels",
            "application/vnd.openxmlformats-package.relationships+xml",
        ),
        (
            "psmdcp",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
    ] {
        types += &format!("  <Default Extension=\"{extension}\" ContentType=\"{kind}\" />\n");
    }
    let (extensions, bare) = files.extensions();
    for extension in extensions {
        if !["rels", "psmdcp"].contains(&extension.as_str()) {
            types += &format!(
                "  <Default Extension=\"{extension}\" ContentType=\"application/octet\" />\n"
            );
        }
    }
    for path in bare {
        types +=
            &format!("  <Override PartName=\"/{path}\" ContentType=\"application/octet\" />\n");
    }
    files.add(
        "[Content_Types].xml",
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n{types}</Types>\n"
        ),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_read_and_has_to_be_the_only_one() {
        let project = Project("<A>1 &amp; 2</A><B>3</B><B>4</B>".to_owned());
        assert_eq!(project.element("A").unwrap(), "1 &amp; 2");
        assert!(project.element("B").is_err());
        assert!(project.element("C").is_err());
    }

    #[test]
    fn the_project_file_says_all_that_the_package_tells() {
        let project = Project::read(&project::root().join("bindings/csharp/ApsFetch")).unwrap();
        let nuspec = nuspec(&project).unwrap();
        assert!(nuspec.contains("<id>ApsFetch</id>"), "{nuspec}");
        for framework in &FRAMEWORKS {
            assert!(
                project
                    .element("TargetFrameworks")
                    .unwrap()
                    .contains(framework.name)
            );
            assert!(
                framework
                    .information(&project)
                    .unwrap()
                    .contains(framework.moniker)
            );
        }
    }
}
