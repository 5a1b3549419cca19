//! Small graph walks, without recursion: a schema may be a chain of thousands of tables.

use std::collections::BTreeSet;

/// Strongly connected components, each after all components that lead to it; members ascending.
pub(crate) fn components(leads: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let count = leads.len();
    let (mut index, mut low) = (vec![usize::MAX; count], vec![0; count]);
    let (mut on_stack, mut stack, mut next) = (vec![false; count], Vec::new(), 0);
    let mut done: Vec<Vec<usize>> = Vec::new();
    for start in 0..count {
        if index[start] != usize::MAX {
            continue;
        }
        let mut calls = vec![(start, leads[start].iter())];
        while let Some((node, successors)) = calls.last_mut() {
            let node = *node;
            if index[node] == usize::MAX {
                (index[node], low[node]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            match successors.next() {
                Some(&other) if index[other] == usize::MAX => calls.push((other, leads[other].iter())),
                Some(&other) => {
                    if on_stack[other] {
                        low[node] = low[node].min(index[other]);
                    }
                }
                None => {
                    calls.pop();
                    if let Some((parent, _)) = calls.last() {
                        low[*parent] = low[*parent].min(low[node]);
                    }
                    if low[node] == index[node] {
                        let mut component = Vec::new();
                        while let Some(member) = stack.pop() {
                            on_stack[member] = false;
                            component.push(member);
                            if member == node {
                                break;
                            }
                        }
                        component.sort_unstable();
                        done.push(component);
                    }
                }
            }
        }
    }
    done.reverse();
    done
}

/// Whether `from` leads to `to` in any number of steps, none included.
pub(crate) fn leads_to(leads: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut waiting = vec![from];
    while let Some(node) = waiting.pop() {
        if node == to {
            return true;
        }
        waiting.extend(leads[node].iter().filter(|next| seen.insert(**next)));
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{components, leads_to};

    fn graph(edges: &[(usize, usize)], count: usize) -> Vec<BTreeSet<usize>> {
        let mut leads = vec![BTreeSet::new(); count];
        edges.iter().for_each(|(from, to)| {
            leads[*from].insert(*to);
        });
        leads
    }

    #[test]
    fn rings_are_found_and_come_after_what_leads_to_them() {
        let leads = graph(&[(3, 1), (1, 2), (2, 1), (2, 0)], 4);
        assert_eq!(components(&leads), [vec![3], vec![1, 2], vec![0]]);
        assert!(leads_to(&leads, 3, 0));
        assert!(!leads_to(&leads, 0, 3));
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_does_not_overflow() {
        let edges: Vec<_> = (1..100_000).map(|place| (place - 1, place)).collect();
        assert_eq!(components(&graph(&edges, 100_000)).len(), 100_000);
    }
}
