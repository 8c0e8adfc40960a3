use std::collections::HashMap;

use bytemuck::{Pod, cast_slice, cast_slice_mut};
use wasmtime::{Engine, Func, Instance as WasmInstance, Memory, Module, Store, Val};

use crate::error::{Code, Error, Result, refuse};

const ABI_VERSION: u32 = 1;
const PAGE: usize = 65_536;
const ALIGN: usize = 16;

/// An argument of an export.
#[derive(Clone, Copy)]
pub(crate) enum Arg {
    Int(usize),
    Float(f32),
}

impl From<usize> for Arg {
    fn from(value: usize) -> Self {
        Arg::Int(value)
    }
}

/// One instance of a module. Below `free` lies what stays, above it the scratch of the call under way.
pub(crate) struct Instance {
    name: &'static str,
    store: Store<()>,
    instance: WasmInstance,
    functions: HashMap<&'static str, Func>,
    memory: Memory,
    pub free: usize,
}

impl Instance {
    pub fn open(name: &'static str, engine: &Engine, module: &Module) -> Result<Self> {
        let failed = |cause| Error::wasm(format!("cannot instantiate the {name} module"), cause);
        let mut store = Store::new(engine, ());
        let instance = WasmInstance::new(&mut store, module, &[]).map_err(failed)?;
        let Some(memory) = instance.get_memory(&mut store, "memory") else {
            return refuse(Code::WasmUnavailable, format!("not the {name} module: it has no memory"));
        };
        let mut opened = Self { name, store, instance, functions: HashMap::new(), memory, free: 0 };
        let version = opened.call("abi_version", &[])?;
        if version != ABI_VERSION {
            let message =
                format!("{name} ABI {version}, expected {ABI_VERSION}; use the module that came with this version");
            return refuse(Code::WasmUnavailable, message);
        }
        opened.free = opened.call("heap_base", &[])? as usize;
        Ok(opened)
    }

    /// The result as its 32 bits; 0 where the export has none.
    pub fn call(&mut self, name: &'static str, args: &[Arg]) -> Result<u32> {
        let function = match self.functions.get(name) {
            Some(function) => *function,
            None => {
                let Some(found) = self.instance.get_func(&mut self.store, name) else {
                    return refuse(Code::WasmUnavailable, format!("not the {} module: it lacks {name}", self.name));
                };
                self.functions.insert(name, found);
                found
            }
        };
        let mut values = [Val::I32(0); 12];
        for (value, arg) in values.iter_mut().zip(args) {
            *value = match *arg {
                Arg::Int(int) => Val::I32(int as u32 as i32),
                Arg::Float(float) => Val::F32(float.to_bits()),
            };
        }
        let mut result = [Val::I32(0)];
        let results = if function.ty(&self.store).results().len() == 0 { &mut result[..0] } else { &mut result[..] };
        function.call(&mut self.store, &values[..args.len()], results).map_err(|cause| {
            Error::wasm(format!("the {} module failed in {name}; open a new host", self.name), cause)
        })?;
        Ok(match result[0] {
            Val::F32(bits) => bits,
            ref value => value.i32().unwrap_or(0) as u32,
        })
    }

    #[cfg(test)]
    pub fn parameters(&mut self, name: &str) -> Vec<wasmtime::ValType> {
        let function = self.instance.get_func(&mut self.store, name).unwrap();
        function.ty(&self.store).params().collect()
    }

    /// Addresses of buffers of so many bytes, good until the next call of `scratch` or `keep`.
    pub fn scratch<const N: usize>(&mut self, sizes: [usize; N]) -> Result<[usize; N]> {
        let mut end = self.free;
        let places = sizes.map(|size| {
            let place = end;
            end = (end + size).next_multiple_of(ALIGN);
            place
        });
        self.reserve(end)?;
        Ok(places)
    }

    /// Places numbers that stay for as long as the instance does.
    pub fn keep<T: Pod>(&mut self, numbers: &[T]) -> Result<usize> {
        let [at, end] = self.scratch([size_of_val(numbers), 0])?;
        self.write(at, numbers);
        self.free = end;
        Ok(at)
    }

    pub fn write<T: Pod>(&mut self, at: usize, numbers: &[T]) {
        let bytes: &[u8] = cast_slice(numbers);
        self.memory.data_mut(&mut self.store)[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub fn read<T: Pod>(&self, at: usize, numbers: &mut [T]) {
        let bytes: &mut [u8] = cast_slice_mut(numbers);
        bytes.copy_from_slice(&self.memory.data(&self.store)[at..at + bytes.len()]);
    }

    pub fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    fn reserve(&mut self, end: usize) -> Result<()> {
        let have = self.memory_bytes();
        if end <= have {
            return Ok(());
        }
        let pages = (end - have).div_ceil(PAGE);
        if pages > PAGE || self.call("memory_grow", &[pages.into()])? as i32 == -1 {
            let message =
                format!("{} memory cannot grow by {} bytes beyond {have}; give smaller batches", self.name, end - have);
            return refuse(Code::TooLarge, message);
        }
        Ok(())
    }
}
