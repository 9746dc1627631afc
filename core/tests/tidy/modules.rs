//! Which file holds which module, found as the compiler finds it: from `mod` line to `mod` line.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::Repository;
use crate::rust::Rust;

/// The modules of one crate target, by path from its root; the root's path is empty.
pub(crate) type Modules = BTreeMap<Vec<String>, Module>;

/// One module, in a file of its own or inside another's.
#[derive(Default)]
pub(crate) struct Module {
    /// The file that holds it.
    pub(crate) file: String,
    /// Names of its modules, in the order of their `mod` lines: the order of the layers.
    pub(crate) children: Vec<String>,
    /// Which child each name comes from that this module brings into its own scope.
    pub(crate) exports: BTreeMap<String, String>,
}

/// Follows the `mod` lines from the root file of a crate target.
pub(crate) fn of(repository: &Repository, root: &str) -> Modules {
    let mut modules = Modules::new();
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some(rust) = repository.rust.get(root) {
        let finder = Finder { repository, modules: &mut modules };
        finder.with(
            Place { path: Vec::new(), file: root.to_owned(), folder: folder.to_owned() },
            &rust.ast.items,
        );
    }
    modules
}

/// The files that a set of modules is spread over.
pub(crate) fn files(modules: &Modules) -> BTreeSet<&str> {
    modules.values().map(|it| it.file.as_str()).collect()
}

/// Where a module stands, and where its children are looked for.
struct Place {
    path: Vec<String>,
    file: String,
    folder: String,
}

struct Finder<'a> {
    repository: &'a Repository,
    modules: &'a mut Modules,
}

impl Finder<'_> {
    fn with(self, place: Place, items: &[syn::Item]) {
        let Self { repository, modules } = self;
        let mut module = Module { file: place.file.clone(), ..Module::default() };
        for item in items {
            if let syn::Item::Mod(item) = item {
                module.children.push(item.ident.to_string());
            }
        }
        for item in items {
            if let syn::Item::Use(item) = item {
                note_exports(&item.tree, None, &place.path, &mut module);
            }
        }
        modules.insert(place.path.clone(), module);
        for item in items {
            if let syn::Item::Mod(item) = item {
                let child = Finder { repository, modules: &mut *modules };
                child.enter(&place, item);
            }
        }
    }

    fn enter(self, parent: &Place, item: &syn::ItemMod) {
        let name = item.ident.to_string();
        let mut path = parent.path.clone();
        path.push(name.clone());
        let folder = join(&parent.folder, &name);
        if let Some((_, items)) = &item.content {
            return self.with(Place { path, file: parent.file.clone(), folder }, items);
        }
        let Some((file, rust)) = find(self.repository, parent, item, &folder) else {
            return;
        };
        self.with(Place { path, file, folder }, &rust.ast.items);
    }
}

/// The file of a module that has one of its own.
fn find<'a>(
    repository: &'a Repository,
    parent: &Place,
    item: &syn::ItemMod,
    folder: &str,
) -> Option<(String, &'a Rust)> {
    let beside = parent.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let given = item.attrs.iter().find_map(path_attribute).map(|it| join(beside, &it));
    let candidates = given.into_iter().chain([format!("{folder}.rs"), format!("{folder}/mod.rs")]);
    candidates.into_iter().find_map(|it| repository.rust.get(&it).map(|rust| (it, rust)))
}

/// The text of `#[path = "…"]`.
fn path_attribute(attribute: &syn::Attribute) -> Option<String> {
    let pair = attribute.meta.require_name_value().ok().filter(|it| it.path.is_ident("path"))?;
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else {
        return None;
    };
    Some(text.value())
}

/// Notes the names that a `use` brings in from a child of the module at `path`.
fn note_exports(tree: &syn::UseTree, child: Option<&str>, path: &[String], module: &mut Module) {
    match tree {
        syn::UseTree::Path(step) => {
            let name = step.ident.to_string();
            let is_self = child.is_none() && (name == "self" || name == "crate" || path.contains(&name));
            match child {
                None if is_self => note_exports(&step.tree, None, path, module),
                None if module.children.contains(&name) => {
                    note_exports(&step.tree, Some(&name), path, module)
                }
                None => {}
                Some(_) => note_exports(&step.tree, child, path, module),
            }
        }
        syn::UseTree::Group(group) => {
            group.items.iter().for_each(|it| note_exports(it, child, path, module));
        }
        syn::UseTree::Name(leaf) => note(&leaf.ident, child, module),
        syn::UseTree::Rename(leaf) => note(&leaf.rename, child, module),
        syn::UseTree::Glob(_) => {}
    }
}

fn note(name: &syn::Ident, child: Option<&str>, module: &mut Module) {
    if let Some(child) = child {
        module.exports.insert(name.to_string(), child.to_owned());
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_in_each_place_that_the_compiler_looks() {
        let repository = Repository::of(&[
            ("core/src/lib.rs", "mod text;\npub mod bind;\nmod inline {\n mod deep;\n}\nmod gone;\n"),
            ("core/src/text.rs", "mod small;\n#[path = \"elsewhere.rs\"]\nmod moved;\n"),
            ("core/src/text/small.rs", ""),
            ("core/src/elsewhere.rs", ""),
            ("core/src/bind/mod.rs", "mod claim;\n"),
            ("core/src/bind/claim.rs", ""),
            ("core/src/inline/deep.rs", ""),
            ("core/src/nobody.rs", ""),
        ]);
        let modules = of(&repository, "core/src/lib.rs");
        let found: Vec<String> =
            modules.iter().map(|(path, it)| format!("{} {}", path.join("::"), it.file)).collect();
        assert_eq!(
            found,
            [
                " core/src/lib.rs",
                "bind core/src/bind/mod.rs",
                "bind::claim core/src/bind/claim.rs",
                "inline core/src/lib.rs",
                "inline::deep core/src/inline/deep.rs",
                "text core/src/text.rs",
                "text::moved core/src/elsewhere.rs",
                "text::small core/src/text/small.rs",
            ]
        );
    }

    #[test]
    fn names_are_traced_to_the_child_that_they_come_from() {
        let text = "mod a;\nmod b;\npub use a::{X, deep::Y as Z};\nuse self::b::W;\nuse crate::other::V;\n";
        let repository = Repository::of(&[("core/src/lib.rs", text)]);
        let modules = of(&repository, "core/src/lib.rs");
        let exports = modules.values().flat_map(|it| &it.exports);
        let found: Vec<String> = exports.map(|(name, child)| format!("{name} from {child}")).collect();
        assert_eq!(found, ["W from b", "X from a", "Z from a"]);
    }
}
